"""Section 6: the same answer and the same seed give the same verdict, alone and beside others."""

from __future__ import annotations

import random
from collections.abc import Iterator

from etude.authoring.answers import grade, right_answers, wrong_answers
from etude.authoring.bench import Bench
from etude.authoring.fault import Fault
from etude.exercise import Exercise


def audit_steadiness(alone: Bench, exercise: Exercise, seed: int, count: int | None) -> Iterator[Fault]:
    """`alone` grades with nothing beside it what others graded among others; both without the clock.

    All right answers, and `count` wrong ones (None: all), drawn by the seed.
    """
    wrong = [answer.path for answer in wrong_answers(exercise)]
    some = wrong if count is None else random.Random(seed).sample(wrong, min(count, len(wrong)))
    for path in (*right_answers(exercise), *some):
        before = grade(alone, exercise, path, seed)  # as the ledger has it
        again = grade(alone, exercise, path, seed, anew=True)
        if differing := [name for name in before.statuses if before.statuses[name] != again.statuses.get(name)]:
            problem = f"{', '.join(differing)} ended otherwise when repeated on seed {seed}"
            yield Fault(path, problem, "draw everything from rng, and let no check depend on time")
