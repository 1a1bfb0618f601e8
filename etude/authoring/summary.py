"""What an audit looked at, in figures: by chapter for people, by exercise for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median_high
from typing import Any

from rich.table import Table

from etude.authoring.cost import Cost
from etude.authoring.fault import Fault
from etude.authoring.misconceptions import Naming
from etude.authoring.mutation import Autopsy, Fate
from etude.authoring.plan import Finding
from etude.exercise import Exercise

SLOWEST = 5


@dataclass
class Summary:
    exercises: Sequence[Exercise]
    faults: list[Fault] = field(default_factory=list)
    fates: dict[str, Counter[Fate]] = field(default_factory=dict)  # by exercise
    costs: dict[str, Cost] = field(default_factory=dict)
    namings: dict[str, Naming] = field(default_factory=dict)

    def add(self, finding: Finding) -> None:
        """The same fault, found by several tasks, counts once."""
        match finding:
            case Fault() if finding in self.faults:
                pass
            case Fault():
                self.faults.append(finding)
            case Autopsy():
                self.fates.setdefault(finding.exercise.id, Counter())[finding.fate] += 1
            case Cost():
                self.costs[finding.exercise.id] = finding
            case Naming():
                self.namings[finding.exercise.id] = finding

    @property
    def named(self) -> tuple[int, int]:
        """How many wrong answers were told their misconception, and of how many."""
        namings = self.namings.values()
        return sum(naming.named for naming in namings), sum(naming.of for naming in namings)

    @property
    def slowest(self) -> list[Cost]:
        return sorted(self.costs.values(), key=lambda cost: -cost.seconds)[:SLOWEST]

    @property
    def median_seconds(self) -> float:
        return median_high(cost.seconds for cost in self.costs.values())

    def table(self) -> Table:
        """A row a chapter: what it holds and what became of the mutants."""
        table = Table(box=None, padding=(0, 1, 0, 0), header_style="dim")
        table.add_column("chapter", no_wrap=True)
        for heading in ("ex.", "right", "wrong", "mutants", "killed", "equivalent", "survived"):
            table.add_column(heading, justify="right")
        chapters = dict.fromkeys(exercise.chapter_title for exercise in self.exercises)
        for chapter in chapters:
            table.add_row(chapter, *self._row([one for one in self.exercises if one.chapter_title == chapter]))
        if len(chapters) > 1:
            table.add_row("all", *self._row(self.exercises), style="bold")
        return table

    def _row(self, exercises: Sequence[Exercise]) -> list[str]:
        fates = sum((self.fates.get(exercise.id, Counter()) for exercise in exercises), Counter[Fate]())
        right = sum(len(exercise.right_answers()) + 1 for exercise in exercises)
        wrong = sum(len(exercise.wrong_answers()) for exercise in exercises)
        counts = [len(exercises), right, wrong, fates.total(), *(fates[fate] for fate in Fate)]
        return [f"{count:,}" for count in counts]

    def to_json(self) -> dict[str, Any]:
        return {
            "faults": [{"path": str(f.path), "problem": f.problem, "mend": f.mend} for f in self.faults],
            "exercises": [self._exercise(exercise) for exercise in self.exercises],
        }

    def _exercise(self, exercise: Exercise) -> dict[str, Any]:
        fates, cost = self.fates.get(exercise.id), self.costs.get(exercise.id)
        naming = self.namings.get(exercise.id)
        return {
            "id": exercise.id,
            "chapter": exercise.chapter,
            "right": len(exercise.right_answers()) + 1,
            "wrong": len(exercise.wrong_answers()),
            "mutants": {fate.value: fates[fate] for fate in Fate} if fates else None,
            "checks": cost.checks if cost else None,
            "points": cost.points if cost else None,
            "testimony": list(cost.testimony) if cost else None,
            "misconceptions_named": naming.named if naming else None,
            "misconceptions_not_named": list(naming.misnamed) if naming else None,
            "warm_seconds": round(cost.seconds, 4) if cost else None,
        }
