"""A learner's progress: score over time, time per chapter, and the reviews of the next two weeks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from itertools import pairwise

from etude.attempts import Score
from etude.events import Event, EventKind
from etude.exercise import Exercise
from etude.practice.review import cards

REVIEW_DAYS = 14
LONGEST_GAP = timedelta(minutes=30)  # without a sign of work for longer than this, nobody was working
_AT_WORK = frozenset({EventKind.START, EventKind.HINT, EventKind.SOLUTION})


@dataclass(frozen=True)
class Day:
    """Where the learner stood at the end of a day."""

    date: date
    score: float  # the mean over all exercises of the best score in each, from 0 to 1
    full_marks: int  # exercises


@dataclass(frozen=True)
class ChapterProgress:
    title: str
    minutes: float  # at work, as far as starts, hints and attempts tell
    full_marks: int
    exercises: int


@dataclass(frozen=True)
class ReviewLoad:
    date: date
    reviews: int  # today's include all that are overdue


@dataclass(frozen=True)
class Progress:
    exercises: int
    days: tuple[Day, ...]  # every day since the first attempt; empty where there was none
    chapters: tuple[ChapterProgress, ...]  # those of the bank, in its order
    reviews: tuple[ReviewLoad, ...]  # today and the days after it

    @property
    def is_empty(self) -> bool:
        return not self.days and not self.minutes

    @property
    def minutes(self) -> float:
        return sum(chapter.minutes for chapter in self.chapters)


def progress(
    exercises: Sequence[Exercise],
    scores: Sequence[Score],
    events: Sequence[Event],
    now: datetime,
    zone: tzinfo | None = None,
) -> Progress:
    """What `scores` and `events` (of all exercises, the oldest first) say of these exercises.

    Days are those of `zone`: the machine's own where none is given.
    """
    known = {exercise.id for exercise in exercises}
    own = [score for score in scores if score.exercise in known]
    today = now.astimezone(zone).date()
    return Progress(
        len(exercises),
        tuple(_days(own, len(exercises), today, zone)),
        tuple(_chapters(exercises, own, events)),
        tuple(_reviews(known, events, today, zone)),
    )


def _days(scores: Sequence[Score], exercises: int, today: date, zone: tzinfo | None) -> Iterable[Day]:
    if not scores:
        return
    by_date = defaultdict(list)
    for score in scores:
        by_date[min(score.at.astimezone(zone).date(), today)].append(score)  # a clock may have been ahead
    best: dict[str, float] = {}
    day = min(by_date)
    while day <= today:
        for score in by_date.get(day, ()):
            best[score.exercise] = max(best.get(score.exercise, 0.0), score.score / max(score.maximum, 1))
        yield Day(day, sum(best.values()) / exercises, sum(fraction >= 1.0 for fraction in best.values()))
        day += timedelta(days=1)


def _chapters(
    exercises: Sequence[Exercise], scores: Sequence[Score], events: Sequence[Event]
) -> Iterable[ChapterProgress]:
    minutes = _minutes(scores, events)
    full = {score.exercise for score in scores if score.full_marks}
    titles = {exercise.chapter: exercise.chapter_title for exercise in exercises}
    for chapter in sorted(titles):
        ids = [exercise.id for exercise in exercises if exercise.chapter == chapter]
        worked = sum(minutes.get(id, 0.0) for id in ids)
        yield ChapterProgress(titles[chapter], worked, len(full.intersection(ids)), len(ids))


def _minutes(scores: Sequence[Score], events: Sequence[Event]) -> dict[str, float]:
    """Of each exercise: the gaps between successive signs of work on it, but for the long ones."""
    signs = defaultdict(list)
    for score in scores:
        signs[score.exercise].append(score.at)
    for event in events:
        if event.kind in _AT_WORK:
            signs[event.subject].append(event.at)
    found = {}
    for exercise, times in signs.items():
        times.sort()
        gaps = [later - earlier for earlier, later in pairwise(times)]
        found[exercise] = sum((gap for gap in gaps if gap <= LONGEST_GAP), timedelta()) / timedelta(minutes=1)
    return found


def _reviews(known: set[str], events: Sequence[Event], today: date, zone: tzinfo | None) -> Iterable[ReviewLoad]:
    reviews = [event for event in events if event.kind is EventKind.REVIEW and event.subject in known]
    due = Counter(max(card.due.astimezone(zone).date(), today) for card in cards(reviews).values())
    for offset in range(REVIEW_DAYS):
        day = today + timedelta(days=offset)
        yield ReviewLoad(day, due[day])
