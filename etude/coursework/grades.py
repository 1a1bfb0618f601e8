"""A batch's results as a table, and as what a teacher wants to know of the class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from etude.batch.store import Result
from etude.report import Report
from etude.table import csv_text


@dataclass(frozen=True)
class Hardest:
    """A check, and how many of those who were graded by it did not pass."""

    exercise: str
    check: str
    missed: int
    of: int


@dataclass(frozen=True)
class ExerciseGrades:
    """One exercise over the class."""

    exercise: str
    maximum: int
    scores: tuple[int, ...]  # of the answers that were graded
    missing: int  # students without an answer
    misconceptions: tuple[tuple[str, int], ...]  # what is wrong, by count

    @property
    def counts(self) -> list[int]:
        """How many reached each tenth of the maximum: 0–9 %, 10–19 %, …, 90–99 %, all."""
        found = [0] * 11
        for score in self.scores:
            found[10 * score // max(self.maximum, 1)] += 1
        return found


@dataclass(frozen=True)
class Grades:
    students: tuple[str, ...]
    exercises: tuple[str, ...]
    results: dict[tuple[str, str], Result]  # by student and exercise

    @classmethod
    def of(cls, students: Sequence[str], results: Sequence[Result]) -> Grades:
        exercises = dict.fromkeys(sorted(result.exercise for result in results))
        names = dict.fromkeys((*students, *(result.student for result in results)))
        by_place = {(result.student, result.exercise): result for result in results}
        return cls(tuple(sorted(names)), tuple(exercises), by_place)

    def maximum(self, exercise: str) -> int:
        """What an answer could earn; the same for everyone, but for those whose answer was refused."""
        return max((report.maximum for _, report in self._reports(exercise)), default=0)

    def score(self, student: str, exercise: str) -> int | None:
        """None where nothing was handed in."""
        result = self.results.get((student, exercise))
        if result is None:
            return None
        return result.report.score if result.report else 0

    def _reports(self, exercise: str) -> list[tuple[Result, Report]]:
        found = (result for (_, name), result in self.results.items() if name == exercise)
        return [(result, result.report) for result in found if result.report]

    def exercise(self, exercise: str) -> ExerciseGrades:
        scores = [self.score(student, exercise) for student in self.students]
        known = Counter(
            report.misconception.fault for _, report in self._reports(exercise) if report.misconception is not None
        )
        return ExerciseGrades(
            exercise,
            self.maximum(exercise),
            tuple(score for score in scores if score is not None),
            scores.count(None),
            tuple(known.most_common()),
        )

    def hardest(self, count: int = 12) -> list[Hardest]:
        """The checks that most did not pass."""
        missed: Counter[tuple[str, str]] = Counter()
        graded: Counter[tuple[str, str]] = Counter()
        for exercise in self.exercises:
            for _, report in self._reports(exercise):
                for check in report.checks:
                    if check.counts:
                        graded[exercise, check.description] += 1
                        missed[exercise, check.description] += check.earned < check.points
        found = [Hardest(*place, missed[place], of) for place, of in graded.items() if missed[place]]
        return sorted(found, key=lambda each: (-each.missed / each.of, each.exercise, each.check))[:count]

    def csv(self) -> str:
        """A row a student: points by exercise, empty where nothing was handed in, their sum, and what is possible."""
        possible = sum(map(self.maximum, self.exercises))
        rows: list[list[str | int]] = [["student", *self.exercises, "total", "maximum"]]
        for student in self.students:
            scores = [self.score(student, exercise) for exercise in self.exercises]
            shown = ["" if score is None else score for score in scores]
            rows.append([student, *shown, sum(score or 0 for score in scores), possible])
        return csv_text(rows)
