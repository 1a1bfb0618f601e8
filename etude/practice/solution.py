"""Looking at the reference answer: what it is shown beside, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from etude.attempts import Attempts
from etude.database import Database
from etude.events import Event, EventKind, Events


@dataclass(frozen=True)
class OwnAnswer:
    """The learner's own, to be shown beside the reference."""

    source: str
    origin: str  # what it is: "your last attempt, 3 of 7 points"


def is_open(database: Database, exercise: str) -> bool:
    """Whether it may be seen without giving up: after an attempt, or once it was given up."""
    seen = Events(database).of(EventKind.SOLUTION, subject=exercise)
    return bool(seen or Attempts(database).scores(exercise))


def note_solution_seen(database: Database, exercise: str) -> None:
    """Write down that the learner gave up, and rate the round; after full marks, or a second time, looking is free."""
    from fsrs import Rating

    from etude.practice.desk import rate
    from etude.practice.review import rating

    events = Events(database)
    seen = Event(datetime.now(UTC), EventKind.SOLUTION, exercise)
    scores, before = Attempts(database).scores(exercise), events.of(subject=exercise)
    if rating(exercise, scores, [*before, seen]) is Rating.Again:
        events.add(seen.kind, exercise, at=seen.at)
    rate(database, exercise)
