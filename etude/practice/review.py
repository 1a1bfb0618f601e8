"""Spaced repetition: gradings rate themselves, and FSRS says when an exercise comes back.

A *round* begins with a clean stub (or when the exercise falls due) and is rated once: at its first full marks, or when
the solution is looked at before. An exercise's card is not stored: it follows from its ratings.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from etude.events import Event, EventKind

if TYPE_CHECKING:
    from fsrs import Card, Rating

    from etude.attempts import Score


_EVER = datetime.min.replace(tzinfo=UTC)


def cards(reviews: Iterable[Event]) -> dict[str, Card]:
    """The card of each exercise that was ever rated, from its REVIEW events, the oldest first."""
    from fsrs import Card, Rating, Scheduler

    # Days from the first rating on (steps of minutes are for flash cards), and the same ratings give the same card.
    scheduler = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    found: dict[str, Card] = {}
    for event in reviews:
        card = found.get(event.subject) or Card(card_id=1, due=event.at)
        found[event.subject], _ = scheduler.review_card(card, Rating(event.body["rating"]), event.at)
    return found


def due(reviews: Iterable[Event], now: datetime | None = None) -> list[str]:
    """The exercises that are due, the longest overdue first."""
    now = now or datetime.now(UTC)
    waiting = sorted((card.due, exercise) for exercise, card in cards(reviews).items())
    return [exercise for when, exercise in waiting if when <= now]


def rating(exercise: str, scores: Sequence[Score], events: Sequence[Event]) -> Rating | None:
    """What this exercise's round is worth: None where it is not over, or was rated before.

    `scores` and `events` are the exercise's own, the oldest first. After giving up: again; with hints: hard; at the
    first try: easy; else good.
    """
    from fsrs import Rating

    begin = _begin(exercise, events)
    own = [score for score in scores if score.at >= begin]
    tries = next((number for number, score in enumerate(own, start=1) if score.full_marks), None)
    seen = {event.kind for event in events if begin <= event.at and (tries is None or event.at <= own[tries - 1].at)}
    if EventKind.SOLUTION in seen:
        return Rating.Again
    if tries is None:
        return None
    if EventKind.HINT in seen:
        return Rating.Hard
    return Rating.Easy if tries == 1 else Rating.Good


def _begin(exercise: str, events: Sequence[Event]) -> datetime:
    """When the round to be rated began; where the last one was rated, when the exercise falls due."""
    start = max((event.at for event in events if event.kind is EventKind.START), default=_EVER)
    reviews = [event for event in events if event.kind is EventKind.REVIEW]
    return cards(reviews)[exercise].due if any(event.at >= start for event in reviews) else start
