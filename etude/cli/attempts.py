"""The learner's database as the commands use it: whatever is wrong with it is a warning, never an end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from etude.cli.message import say

if TYPE_CHECKING:
    from etude.database import Database
    from etude.events import EventKind


def open_database() -> Database:
    from etude.database import Database, default_path

    return Database(default_path(), say)


def best() -> dict[str, float]:
    from etude.attempts import Attempts
    from etude.database import AttemptsError

    try:
        return Attempts(open_database()).best()
    except AttemptsError as error:
        say(f"best scores are not shown: {error}")
        return {}


def note(kind: EventKind, exercise: str, **body: Any) -> None:
    """Record an event; a warning where that fails."""
    from etude.database import AttemptsError
    from etude.events import Events

    try:
        Events(open_database()).add(kind, exercise, **body)
    except AttemptsError as error:
        say(f"this was not noted: {error}")
