"""The state of a session: all that its screen shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from etude.exercise import Exercise
from etude.practice.watch.difference import Difference
from etude.practice.watch.messages import Effect, Sheet
from etude.report import CheckResult, Report
from etude.submission import Submission


class View(StrEnum):
    SCORECARD = "scorecard"
    PROMPT = "prompt"
    SOLUTION = "solution"
    LIST = "list"


class Phase(StrEnum):
    IDLE = ""
    GRADING = "grading…"
    TIMING = "timing…"


@dataclass(frozen=True)
class WatchState:
    catalog: tuple[Exercise, ...]  # in order
    sheet: Sheet
    among: frozenset[str] | None = None  # the names of those to go through; None: all
    view: View = View.SCORECARD
    phase: Phase = Phase.IDLE
    submission: Submission | None = None  # the newest that could be read
    report: Report | None = None
    graded: Submission | None = None  # that `report` is on
    final: bool = True  # nothing is to be added to `report`
    before: Report | None = None  # what was last shown of an earlier grading in which the answer could be loaded
    graded_at: datetime | None = None
    problem: str = ""  # why what is in the file has no verdict
    notice: str = ""
    show_hints: bool = False
    confirm_solution: bool = False
    solution: str = ""
    scroll: int = 0
    cursor: int = 0  # in the list
    best: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def exercise(self) -> Exercise:
        return self.sheet.exercise

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        """Those to go through: next, previous and the list."""
        return tuple(each for each in self.catalog if self.among is None or each.id in self.among)

    @property
    def position(self) -> int:
        return [exercise.id for exercise in self.exercises].index(self.exercise.id)

    @property
    def difference(self) -> Difference | None:
        """From the grading before; one in which the answer could not be loaded neither has one nor counts for one."""
        if self.before is None or self.report is None or self.report.problem is not None:
            return None
        return Difference.between(self.before, self.report)

    def change(self, check: CheckResult) -> str:
        return self.difference.of(check) if self.difference else ""

    @property
    def untouched(self) -> bool:
        """The file is the stub as it was written."""
        return self.submission is not None and self.submission.source == self.sheet.stub


Step = tuple[WatchState, tuple[Effect, ...]]  # the next state, and what is to be done
