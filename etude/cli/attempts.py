"""The learner's database as the commands use it: whatever is wrong with it is a warning, never an end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from etude.cli.message import say

if TYPE_CHECKING:
    from etude.database import Database
    from etude.events import EventKind

T = TypeVar("T")


def open_database() -> Database:
    from etude.database import Database, default_path

    return Database(default_path(), say)


def with_database(action: Callable[[Database], T], lost: str) -> T | None:
    """What `action` finds; None, and a warning that says what is `lost`, where the database cannot be used."""
    from etude.database import AttemptsError

    try:
        return action(open_database())
    except AttemptsError as error:
        say(f"{lost}: {error}")
        return None


def best() -> dict[str, float]:
    from etude.attempts import Attempts

    return with_database(lambda database: Attempts(database).best(), "best scores are not shown") or {}


def note(kind: EventKind, exercise: str, **body: Any) -> None:
    """Record an event; a warning where that fails."""
    from etude.database import AttemptsError
    from etude.events import Events

    try:
        Events(open_database()).add(kind, exercise, **body)
    except AttemptsError as error:
        say(f"this was not noted: {error}")
