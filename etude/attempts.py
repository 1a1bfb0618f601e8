"""The learner's attempts: every graded source with its whole report, and the help that was taken before it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from etude.database import AttemptsError, Database, default_path, new_uid, timestamp

if TYPE_CHECKING:
    from etude.report import Report

# What was seen since the learner last began the exercise with a stub.
_HELP = (
    "SELECT coalesce(sum(kind = 'hint'), 0), coalesce(max(kind = 'solution'), 0) FROM events WHERE subject = ?1"
    " AND NOT EXISTS (SELECT 1 FROM events AS start WHERE start.subject = ?1 AND start.kind = 'start'"
    " AND (start.at, start.id) > (events.at, events.id))"  # a millisecond may hold several
)


_Row = tuple[str, str, str, int, int]


@dataclass(frozen=True)
class Attempt:
    at: datetime  # UTC
    source: str
    report: Report
    hints: int  # seen before it, since the stub
    gave_up: bool  # the solution was seen before it, since the stub


@dataclass(frozen=True)
class Score:
    """An attempt without its source and its report, for what looks at many."""

    at: datetime  # UTC
    exercise: str
    score: int
    maximum: int  # of a whole grading: without its speed checks an answer has no full marks yet
    hints: int
    gave_up: bool

    @property
    def full_marks(self) -> bool:
        return 0 < self.maximum == self.score


@dataclass(frozen=True)
class Attempts:
    database: Database

    @classmethod
    def open(cls, path: Path | None = None, warn: Callable[[str], None] = lambda line: None) -> Attempts:
        """Those at `path`; `warn` is told, in one line, when a corrupt database was moved aside."""
        return cls(Database(path or default_path(), warn))

    def record(self, report: Report, source: str) -> None:
        row = (timestamp(), report.exercise, report.score, report.possible, source, json.dumps(report.to_json()))

        def insert(database: sqlite3.Connection) -> None:
            hints, gave_up = database.execute(_HELP, (report.exercise,)).fetchone()
            database.execute(
                "INSERT INTO attempts (at, exercise, score, maximum, source, report, uid, hints, gave_up)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*row, new_uid(), hints, gave_up),
            )

        self.database.run(insert, create=True)

    def best(self) -> dict[str, float]:
        """The best fraction reached in each exercise tried."""

        def query(database: sqlite3.Connection) -> dict[str, float]:
            best = "SELECT exercise, max(CAST(score AS REAL) / max(maximum, 1)) FROM attempts GROUP BY exercise"
            return dict(database.execute(best).fetchall())

        return self.database.run(query) or {}

    def scores(self, exercise: str | None = None) -> list[Score]:
        """Of all attempts, or of those at one exercise; the oldest first."""

        def query(database: sqlite3.Connection) -> list[Score]:
            rows = database.execute(
                "SELECT at, exercise, score, maximum, hints, gave_up FROM attempts"
                " WHERE ? IS NULL OR exercise = ? ORDER BY at, id",
                (exercise, exercise),
            )
            return [
                Score(datetime.fromisoformat(at), about, score, maximum, hints, bool(gave_up))
                for at, about, score, maximum, hints, gave_up in rows
            ]

        return self.database.run(query) or []

    def latest(self, exercise: str) -> Attempt | None:
        return next(iter(self.newest(exercise, 1)), None)

    def newest(self, exercise: str, count: int) -> list[Attempt]:
        """The last so many, the newest first."""

        def query(database: sqlite3.Connection) -> list[_Row]:
            newest = (
                "SELECT at, source, report, hints, gave_up FROM attempts WHERE exercise = ?"
                " ORDER BY at DESC, id DESC LIMIT ?"
            )
            return database.execute(newest, (exercise, count)).fetchall()

        return [self._attempt(exercise, row) for row in self.database.run(query) or []]

    def _attempt(self, exercise: str, row: _Row) -> Attempt:
        from etude.report import Report  # here: `best` has to be quick, and does not need it

        at, source, report, hints, gave_up = row
        try:
            return Attempt(
                datetime.fromisoformat(at), source, Report.from_json(json.loads(report)), hints, bool(gave_up)
            )
        except (ValueError, KeyError, TypeError) as error:
            problem = f"an attempt at {exercise} cannot be read ({error})"
            raise AttemptsError(self.database.path, problem, "upgrade étude: pip install --upgrade etude") from None
