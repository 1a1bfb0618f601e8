"""The learner's data as one JSON document, and back: see docs/data.md for the format.

What is brought in is written in one transaction. A row is known by its uid, so that bringing it twice, or from two
machines, changes nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from etude.database import AttemptsError, Database
from etude.practice.exported import FORMAT, FORMAT_VERSION, Row

_ADD_ATTEMPT = (
    "INSERT INTO attempts (uid, at, exercise, score, maximum, source, report, hints, gave_up)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (uid) DO NOTHING"
)
_ADD_EVENT = "INSERT INTO events (uid, at, kind, subject, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT (uid) DO NOTHING"


@dataclass(frozen=True)
class Imported:
    attempts: int
    events: int
    known: int  # rows that were here already


def export(database: Database) -> dict[str, Any]:
    """Everything, in an order that depends on nothing but the rows themselves."""

    def query(connection: sqlite3.Connection) -> tuple[list[Row], list[Row]]:
        connection.execute("BEGIN")  # both tables as they are at one moment
        attempts = "SELECT uid, at, hints, gave_up, source, report FROM attempts ORDER BY at, uid"
        events = "SELECT uid, at, kind, subject, body FROM events ORDER BY at, uid"
        return connection.execute(attempts).fetchall(), connection.execute(events).fetchall()

    attempts, events = database.run(query) or ([], [])
    try:
        return {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "attempts": [
                {"uid": uid, "at": at, "hints": hints, "gave_up": bool(gave_up), "source": source,
                 "report": json.loads(report)}
                for uid, at, hints, gave_up, source, report in attempts
            ],
            "events": [
                {"uid": uid, "at": at, "kind": kind, "subject": subject, "body": json.loads(body)}
                for uid, at, kind, subject, body in events
            ],
        }  # fmt: skip
    except ValueError as error:
        raise AttemptsError(database.path, f"a row of it is no JSON ({error})", "move the file away") from None


def merge(
    database: Database, attempts: list[Row], events: list[Row], on_row: Callable[[], None] = lambda: None
) -> Imported:
    """Add what is not here yet, all of it or nothing; `on_row` is told of each row."""

    def insert(connection: sqlite3.Connection) -> Imported:
        with connection:  # which commits, or rolls back
            connection.execute("BEGIN IMMEDIATE")
            new_attempts = add(connection, _ADD_ATTEMPT, attempts)
            new_events = add(connection, _ADD_EVENT, events)
        return Imported(new_attempts, new_events, len(attempts) + len(events) - new_attempts - new_events)

    def add(connection: sqlite3.Connection, statement: str, rows: list[Row]) -> int:
        added = 0
        for row in rows:
            added += connection.execute(statement, row).rowcount
            on_row()
        return added

    done = database.run(insert, create=True)
    assert done is not None
    return done
