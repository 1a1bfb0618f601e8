"""Which questions an interview asks."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping

from etude.errors import EtudeError
from etude.exercise import Exercise
from etude.extras import install_command, missing_extras


def draw(exercises: Iterable[Exercise], minutes: int, best: Mapping[str, float], seed: int) -> list[Exercise]:
    """Exercises that can be graded here and take at most `minutes` together, in random order.

    Chapters as varied as can be, and then those without full marks first. `best` is the best fraction reached in each
    exercise. With the same exercises and the same record, the same seed draws the same ones.
    """
    chance = random.Random(seed)
    pool = sorted(exercises, key=lambda exercise: exercise.id)
    chance.shuffle(pool)
    if not pool:
        raise EtudeError("mock", "no exercise is left by these options", "ask for more levels or chapters")
    missing = missing_extras(dict.fromkeys(extra for exercise in pool for extra in exercise.required_extras))
    pool = [exercise for exercise in pool if not {*exercise.required_extras} & {*missing}]
    if not pool:
        problem = f"every exercise left needs one of {', '.join(missing)}, not installed here"
        raise EtudeError("mock", problem, install_command(missing))
    drawn: list[Exercise] = []
    asked: Counter[str] = Counter()
    left = minutes
    while fitting := [exercise for exercise in pool if exercise.minutes <= left and exercise not in drawn]:
        chosen = min(fitting, key=lambda exercise: (asked[exercise.chapter], best.get(exercise.id, 0.0) >= 1.0))
        drawn.append(chosen)
        asked[chosen.chapter] += 1
        left -= chosen.minutes
    if not drawn:
        shortest = min(exercise.minutes for exercise in pool)
        raise EtudeError(f"--minutes {minutes}", "no question is that short", f"give at least {shortest}")
    return drawn
