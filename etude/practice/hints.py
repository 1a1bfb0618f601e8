"""An exercise's hints, one at a time; those seen are forgotten with a clean stub."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from etude.events import Event, EventKind
from etude.exercise import Exercise


@dataclass(frozen=True)
class Hint:
    number: int  # from 1
    total: int
    text: str


def seen_hints(exercise: Exercise, events: Sequence[Event]) -> list[Hint]:
    """Those seen since the exercise was last begun. `events` are the exercise's own, the oldest first."""
    numbers: set[int] = set()
    for event in events:
        if event.kind is EventKind.START:
            numbers.clear()
        elif event.kind is EventKind.HINT:
            numbers.add(event.body["number"])
    return [hint for hint in _hints(exercise) if hint.number <= max(numbers, default=0)]


def next_hint(exercise: Exercise, events: Sequence[Event]) -> Hint | None:
    """The first that was not seen; None after the last."""
    seen = len(seen_hints(exercise, events))
    return next(iter(_hints(exercise)[seen:]), None)


def _hints(exercise: Exercise) -> list[Hint]:
    return [Hint(number, len(exercise.hints), text) for number, text in enumerate(exercise.hints, start=1)]
