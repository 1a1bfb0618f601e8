"""An audit as a list of tasks: each an answer, or a few mutants, of one exercise."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from etude.authoring.answers import audit_right, audit_speed, audit_stub, audit_wrong, right_answers, wrong_answers
from etude.authoring.bench import Bench
from etude.authoring.cost import Cost, audit_cost
from etude.authoring.fault import Fault
from etude.authoring.hollow import KINDS, audit_hollow, audit_skipped_part, skipped_parts
from etude.authoring.misconceptions import Naming, audit_misconceptions
from etude.authoring.mutation import Autopsy, autopsies, chosen, stale
from etude.authoring.section import Section
from etude.authoring.steadiness import audit_steadiness
from etude.authoring.structure import audit_structure, gradable
from etude.authoring.variant import audit_known_solution
from etude.exercise import Exercise
from etude.misconceptions import SEED as KNOWN_SEED

Finding: TypeAlias = Fault | Autopsy | Cost | Naming

MUTANTS_A_TASK = 8


@dataclass(frozen=True)
class Scope:
    """What to look at, and how closely."""

    sections: frozenset[Section]
    seeds: range
    mutants: int | None  # of each exercise, and how many wrong answers are repeated alone; None for all
    day: str  # what is drawn is drawn anew each day
    write: bool = False  # misconceptions.json, where it is not what it should be

    @classmethod
    def of(cls, sections: Iterable[Section], seeds: int, mutants: int | None, write: bool = False) -> Scope:
        """The day's: the same seeds and the same mutants all day long, so that a stopped audit can go on."""
        day = datetime.date.today().isoformat()
        first = random.Random(day).getrandbits(32)
        return cls(frozenset(sections), range(first, first + seeds), mutants, day, write)


@dataclass(frozen=True)
class Task:
    exercise: Exercise
    run: Callable[[Bench], Iterable[Finding]]
    alone: bool = False  # nothing else may run beside it


def rotating(exercises: Sequence[Exercise], count: int, day: str) -> list[Exercise]:
    """A few of them, others each day."""
    return random.Random(day).sample(exercises, min(count, len(exercises)))


def tasks(exercise: Exercise, scope: Scope) -> list[Task]:
    """In the order of the sections; of an exercise that cannot be graded only what is wrong with its structure."""
    if not gradable(exercise):
        return [Task(exercise, lambda bench: audit_structure(exercise))]
    plans = {
        Section.STRUCTURE: _structure,
        Section.RIGHT: _right,
        Section.WRONG: _wrong,
        Section.MUTANTS: _mutants,
        Section.HOLLOW: _hollow,
        Section.STEADINESS: _steadiness,
        Section.COST: _cost,
        Section.MISCONCEPTIONS: _misconceptions,
    }
    return [task for section, plan in plans.items() if section in scope.sections for task in plan(exercise, scope)]


def _structure(exercise: Exercise, scope: Scope) -> Iterator[Task]:
    yield Task(exercise, lambda bench: audit_structure(exercise))
    yield Task(exercise, partial(audit_stub, exercise=exercise, seed=scope.seeds[0]))


def _right(exercise: Exercise, scope: Scope) -> Iterator[Task]:
    for path in right_answers(exercise):
        yield Task(exercise, partial(audit_right, exercise=exercise, path=path, seeds=scope.seeds))
    yield Task(exercise, partial(audit_speed, exercise=exercise, seed=scope.seeds[0]), alone=True)


def _wrong(exercise: Exercise, scope: Scope) -> Iterator[Task]:
    for wrong in wrong_answers(exercise):
        seeds = (KNOWN_SEED, *scope.seeds[1:])  # one more answer's work for two sections
        yield Task(exercise, partial(audit_wrong, exercise=exercise, wrong=wrong, seeds=seeds))
    if exercise.variant_of:
        yield Task(exercise, partial(audit_known_solution, exercise=exercise, seeds=scope.seeds))


def _mutants(exercise: Exercise, scope: Scope) -> Iterator[Task]:
    yield Task(exercise, lambda bench: stale(exercise))
    some = chosen(exercise, scope.mutants, scope.day)
    for first in range(0, len(some), MUTANTS_A_TASK):
        few = some[first : first + MUTANTS_A_TASK]
        yield Task(exercise, partial(autopsies, exercise=exercise, some=few, seeds=len(scope.seeds)))


def _hollow(exercise: Exercise, scope: Scope) -> Iterator[Task]:
    for kind in KINDS:
        yield Task(exercise, partial(audit_hollow, exercise=exercise, kind=kind, seed=scope.seeds[0]))
    for mutant in skipped_parts(exercise):
        yield Task(exercise, partial(audit_skipped_part, exercise=exercise, mutant=mutant, seed=scope.seeds[0]))


def _steadiness(exercise: Exercise, scope: Scope) -> Iterator[Task]:
    yield Task(
        exercise, partial(audit_steadiness, exercise=exercise, seed=scope.seeds[0], count=scope.mutants), alone=True
    )


def _cost(exercise: Exercise, scope: Scope) -> Iterator[Task]:
    yield Task(exercise, partial(audit_cost, exercise=exercise))


def _misconceptions(exercise: Exercise, scope: Scope) -> Iterator[Task]:
    yield Task(exercise, partial(audit_misconceptions, exercise=exercise, seed=scope.seeds[-1], write=scope.write))
