"""What the learner does besides handing in: takes a stub, a hint, the solution; is reviewed, asked and interviewed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from etude.database import Database, default_path, new_uid, timestamp


class EventKind(StrEnum):
    """`subject` is an exercise's id, but for QUIZ (a question's id) and MOCK (an interview's uid)."""

    START = "start"  # a clean stub
    HINT = "hint"  # body: number, from 1
    SOLUTION = "solution"
    REVIEW = "review"  # body: rating, from 1 (again) to 4 (easy)
    QUIZ = "quiz"  # body: chapter, right
    MOCK = "mock"  # body: the finished interview


@dataclass(frozen=True)
class Event:
    at: datetime  # UTC
    kind: EventKind
    subject: str
    body: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Events:
    database: Database

    @classmethod
    def open(cls, path: Path | None = None, warn: Callable[[str], None] = lambda line: None) -> Events:
        return cls(Database(path or default_path(), warn))

    def add(self, kind: EventKind, subject: str, at: datetime | None = None, **body: Any) -> None:
        """Record one; now, where no time is given."""
        row = (new_uid(), timestamp(at), kind.value, subject, json.dumps(body))

        def insert(database: sqlite3.Connection) -> None:
            database.execute("INSERT INTO events (uid, at, kind, subject, body) VALUES (?, ?, ?, ?, ?)", row)

        self.database.run(insert, create=True)

    def of(self, *kinds: EventKind, subject: str | None = None) -> list[Event]:
        """Those of these kinds (of any, where none is named); the oldest first."""
        wanted = [kind.value for kind in kinds or EventKind]

        def query(database: sqlite3.Connection) -> list[Event]:
            rows = database.execute(
                f"SELECT at, kind, subject, body FROM events WHERE kind IN ({', '.join('?' * len(wanted))})"
                " AND (? IS NULL OR subject = ?) ORDER BY at, id",
                (*wanted, subject, subject),
            )
            return [
                Event(datetime.fromisoformat(at), EventKind(kind), about, json.loads(body))
                for at, kind, about, body in rows
            ]

        return self.database.run(query) or []
