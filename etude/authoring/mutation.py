"""Section 4: the reference changed in one place must lose marks, unless its author says why it behaves the same."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from etude.authoring.bench import Bench
from etude.authoring.fault import Fault
from etude.authoring.granted import Granted
from etude.authoring.mutants import Mutant, mutants
from etude.exercise import Exercise
from etude.judge.job import GradeOptions

MOST_SEEDS = 3  # a mutant that lives through this many lives
TIMES, GRACE = 5, 0.2  # time limit: this many times the reference's own, and as many seconds more


class Fate(StrEnum):
    KILLED = "killed"
    EQUIVALENT = "equivalent"  # survived, as its author said
    SURVIVED = "survived"


@dataclass(frozen=True)
class Autopsy:
    exercise: Exercise
    mutant: Mutant
    fate: Fate


def chosen(exercise: Exercise, count: int | None, day: str) -> Sequence[Mutant]:
    """All mutants of the reference, or `count` of them, drawn by the day."""
    found = mutants(exercise.solution_path.read_text("utf-8"))
    if count is None or count >= len(found):
        return found
    return random.Random(f"{day} {exercise.id}").sample(found, count)


@cache  # once a bench, for all pieces of the exercise's mutants
def time_limit(bench: Bench, exercise: Exercise) -> float | None:
    """From the reference's time in a warm host; None where it is itself short of full marks."""
    source = exercise.solution_path.read_text("utf-8")
    options = GradeOptions(seed=0, speed=False)
    verdicts = [bench.grade(exercise, "reference", source, options, anew=True) for _ in range(2)]
    if not all(verdict.full_marks for verdict in verdicts):
        return None
    return TIMES * min(verdict.seconds for verdict in verdicts) + GRACE


def autopsies(bench: Bench, exercise: Exercise, some: Sequence[Mutant], seeds: int) -> Iterator[Autopsy | Fault]:
    """What became of each mutant; a fault for one that survives, and for an entry that is killed after all."""
    granted = Granted.read(exercise)
    limit = time_limit(bench, exercise)
    if limit is None:
        return
    for mutant in some:
        known = (mutant.before, mutant.after) in granted.pairs
        killer = _killer(bench, exercise, mutant, limit, seeds)
        if killer is None:
            yield Autopsy(exercise, mutant, Fate.EQUIVALENT if known else Fate.SURVIVED)
            if not known:
                mend = f"write the check that is missing, or say in {granted.path.name} why it behaves the same"
                yield Fault(exercise.solution_path, f"a mutant survives: {mutant.diff}", mend)
        else:
            yield Autopsy(exercise, mutant, Fate.KILLED)
            if known and "time limit" not in killer:
                problem = f"`{mutant.after}` is called equivalent, but {killer} kills it"
                yield Fault(granted.path, problem, "take the entry out")


def _killer(bench: Bench, exercise: Exercise, mutant: Mutant, limit: float, seeds: int) -> str | None:
    """The first check that the mutant does not pass; None where it gets full marks on every seed."""
    for seed in _seeds(mutant, min(seeds, MOST_SEEDS)):
        options = GradeOptions(seed=seed, speed=False, fail_fast=True, timeout=limit)
        verdict = bench.grade(exercise, "mutant", mutant.source, options)
        if not verdict.full_marks:
            return verdict.why(verdict.missed)
    return None


def _seeds(mutant: Mutant, count: int) -> range:
    """The mutant's own, whatever the day: a verdict in the ledger stays good."""
    start = int.from_bytes(hashlib.sha256(mutant.source.encode()).digest()[:4], "little")
    return range(start, start + count)


def stale(exercise: Exercise) -> Iterator[Fault]:
    """Entries that no mutant of today's reference matches."""
    granted = Granted.read(exercise)
    source = exercise.solution_path.read_text("utf-8")
    there = {(mutant.before, mutant.after) for mutant in mutants(source)} if granted.equivalent else set()
    for entry in granted.equivalent:
        if (entry.before, entry.after) not in there:
            yield Fault(granted.path, f"no mutant turns `{entry.before}` into `{entry.after}`", "take the entry out")
