"""What is known of one candidate's take-home test, for the pages that a hiring team reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from etude.batch.store import Result
from etude.exercise import Exercise

if TYPE_CHECKING:
    from etude.batch.similarity import Pair


@dataclass(frozen=True)
class Event:
    """A line of the journal, by the candidate's own clock."""

    at: datetime
    what: str  # begin, check or submit
    about: str  # of a check: "softmax: 3 of 4 passed, relu: 2 of 2 passed"; else empty


@dataclass(frozen=True)
class FollowUp:
    """A question for the interview, from the reference's explanation."""

    question: str
    answer: str


@dataclass(frozen=True)
class Dossier:
    """`candidate` is a name, or a pseudonym where the reader is not to know it: nothing else in here tells."""

    candidate: str
    title: str
    minutes: int
    due: datetime
    exercises: tuple[Exercise, ...]
    results: Mapping[str, Result]  # by exercise; those that were handed in and graded, or refused
    remarks: tuple[str, ...] = ()  # a damaged journal, a foreign file: one line each, for a person to weigh
    events: tuple[Event, ...] = ()
    used: timedelta | None = None  # from begin to submit
    late: timedelta | None = None  # beyond the time or the date; None: in time
    versions: Mapping[str, str] = field(default_factory=dict)  # of Python and libraries, on the candidate's machine
    pairs: tuple[Pair, ...] = ()  # answers that are alike beyond what the exercise explains; `one` is this candidate's
    points: Mapping[str, int] = field(default_factory=dict)  # by exercise, as the reports of all candidates say
    follow_ups: Mapping[str, tuple[FollowUp, ...]] = field(default_factory=dict)  # by exercise

    @property
    def score(self) -> int:
        return sum(result.report.score for result in self.results.values() if result.report)

    @property
    def maximum(self) -> int:
        """Of all exercises, also those that were not handed in."""
        return sum(self.possible(exercise) for exercise in self.exercises)

    def possible(self, exercise: Exercise) -> int:
        """What it was worth to this candidate; without a report, what others' reports say; else 0."""
        result = self.results.get(exercise.id)
        return result.report.maximum if result and result.report else self.points.get(exercise.id, 0)
