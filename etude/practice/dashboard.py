"""Where a learner stands, and the one exercise to do next."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from etude.attempts import Score
from etude.events import Event, EventKind
from etude.exercise import Exercise, Level


@dataclass(frozen=True)
class ChapterProgress:
    title: str
    exercises: int
    full_marks: int
    tried: int  # without full marks yet


@dataclass(frozen=True)
class Suggestion:
    exercise: Exercise
    why: str
    command: str


@dataclass(frozen=True)
class Dashboard:
    chapters: tuple[ChapterProgress, ...]
    begun: bool  # False: a new learner
    streak: int  # days in a row with an attempt
    practised_today: bool
    due: tuple[str, ...]  # the longest overdue first
    suggestion: Suggestion | None  # None where nothing is left that could be done here
    missing: tuple[str, ...]  # extras that exercises without full marks still need
    interview_left: float | None = None  # seconds, of the interview that is open

    @property
    def exercises(self) -> int:
        return sum(chapter.exercises for chapter in self.chapters)

    @property
    def full_marks(self) -> int:
        return sum(chapter.full_marks for chapter in self.chapters)


@dataclass(frozen=True)
class Record:
    """What the learner has done so far, the oldest first, and what this machine lacks."""

    scores: Sequence[Score]
    events: Sequence[Event]
    missing: Collection[str] = ()  # extras that are not installed
    interview_left: float | None = None  # seconds, of the interview that is open

    def can_grade(self, exercise: Exercise) -> bool:
        return not set(exercise.required_extras) & set(self.missing)


def dashboard(exercises: Sequence[Exercise], record: Record, now: datetime) -> Dashboard:
    """`exercises` are in the catalogue's order."""
    solved = {score.exercise for score in record.scores if score.full_marks}
    tried = {score.exercise for score in record.scores} - solved
    due = _due(exercises, record, now)
    days = {score.at.astimezone().date() for score in record.scores}
    today = now.astimezone().date()
    needed = dict.fromkeys(extra for e in exercises if e.id not in solved for extra in e.required_extras)
    return Dashboard(
        chapters=tuple(_chapters(exercises, solved, tried)),
        begun=bool(record.scores or record.events),
        streak=streak(days, today),
        practised_today=today in days,
        due=tuple(exercise.id for exercise in due),
        suggestion=next(_suggestions(exercises, record, due, solved), None),
        missing=tuple(extra for extra in needed if extra in record.missing),
        interview_left=record.interview_left,
    )


def streak(days: Collection[date], today: date) -> int:
    """Days in a row, up to today or, while today is still open, up to yesterday."""
    day = today if today in days else today - timedelta(days=1)
    count = 0
    while day in days:
        count, day = count + 1, day - timedelta(days=1)
    return count


def _chapters(exercises: Iterable[Exercise], solved: set[str], tried: set[str]) -> Iterator[ChapterProgress]:
    for title, group in groupby(exercises, lambda exercise: exercise.chapter_title):
        ids = {exercise.id for exercise in group}
        yield ChapterProgress(title, len(ids), len(ids & solved), len(ids & tried))


def _due(exercises: Iterable[Exercise], record: Record, now: datetime) -> list[Exercise]:
    reviews = [event for event in record.events if event.kind is EventKind.REVIEW]
    if not reviews:
        return []  # and FSRS need not be imported
    from etude.practice.review import due

    by_id = {exercise.id: exercise for exercise in exercises}
    return [by_id[name] for name in due(reviews, now) if name in by_id]


def _suggestions(
    exercises: Sequence[Exercise], record: Record, due: Sequence[Exercise], solved: set[str]
) -> Iterator[Suggestion]:
    """The best first: what is due, what was tried last, what is new; all warm-up and core before deep and stretch."""
    for exercise in filter(record.can_grade, due):
        yield Suggestion(exercise, "due for review the longest", "etude review")
    open_here = {e.id: e for e in exercises if e.id not in solved and record.can_grade(e)}
    for name, why in _touched(record):
        if name in open_here:
            yield Suggestion(open_here[name], why, f"etude watch {name}")
    for levels in ((Level.WARM_UP, Level.CORE), (Level.DEEP, Level.STRETCH)):
        for exercise in open_here.values():
            if exercise.level in levels:
                why = f"the next {exercise.level} exercise of {exercise.chapter_title}"
                yield Suggestion(exercise, why, f"etude watch {exercise.id}")


def _touched(record: Record) -> Iterator[tuple[str, str]]:
    """The exercises tried or begun, the last first, and how far each came."""
    begun = [
        (event.at, event.subject, "begun, not graded yet") for event in record.events if event.kind is EventKind.START
    ]
    graded = [(s.at, s.exercise, f"your last attempt reached {s.score} of {s.maximum} points") for s in record.scores]
    for _, name, why in sorted(begun + graded, reverse=True):
        yield name, why
