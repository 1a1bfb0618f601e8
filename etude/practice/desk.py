"""One attempt of a learner: graded, told its misconception, recorded, and rated for review."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING

from etude.attempts import Attempts
from etude.database import AttemptsError, Database, data_folder, default_path
from etude.events import EventKind, Events
from etude.exercise import Exercise
from etude.judge.job import GradeOptions
from etude.practice.review import rating
from etude.report import Report
from etude.submission import Submission

if TYPE_CHECKING:
    from etude.judge.client import Judge, OnCheck


@dataclass(frozen=True)
class Desk:
    """Where a learner works: a warm judge and the database. Use as a context manager.

    Whatever is wrong with the database is told to `warn`, and never costs a verdict.
    """

    judge: Judge
    database: Database
    warn: Callable[[str], None]

    @classmethod
    def open(cls, warn: Callable[[str], None]) -> Desk:
        from etude.judge.client import Judge  # by name, so that a test can put another in its place

        return cls(Judge(private=[data_folder()]), Database(default_path(), warn), warn)

    def __enter__(self) -> Desk:
        self.judge.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.judge.__exit__(kind, error, trace)

    def grade(
        self,
        exercise: Exercise,
        submission: Submission,
        options: GradeOptions | None = None,
        on_check: OnCheck | None = None,
    ) -> Report:
        """The report of one attempt, told its misconception. Not recorded: see `keep`."""
        report = self.judge.grade(exercise, submission, options or GradeOptions(), on_check)
        return self.diagnosed(exercise, submission, report, options or GradeOptions())

    def keep(self, report: Report, source: str) -> None:
        """Record the attempt, and rate its round for review where that is over."""
        try:
            Attempts(self.database).record(report, source)
            rate(self.database, report.exercise)
        except AttemptsError as error:
            self.warn(f"this attempt was not kept: {error}")

    def diagnosed(self, exercise: Exercise, submission: Submission, report: Report, options: GradeOptions) -> Report:
        """`report`, told its misconception where the answer behaves like one that the exercise knows."""
        from etude.diagnosis import diagnosed

        return diagnosed(self.judge, exercise, submission, report, options, self.warn)


def rate(database: Database, exercise: str) -> None:
    """Write down what this exercise's round is worth, where it is over and not yet rated."""
    events = Events(database)
    found = rating(exercise, Attempts(database).scores(exercise), events.of(subject=exercise))
    if found is not None:
        events.add(EventKind.REVIEW, exercise, rating=int(found))
