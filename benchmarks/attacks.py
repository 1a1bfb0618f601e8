"""What tampering with time gains: each attack's ratio beside that of the same answer without it, in turns."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figure import Figure, alternate, median_ratio
from etude.exercise import Exercise
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.submission import Submission
from tests.attacks import test_clocks, test_timed_batches
from tests.attacks.timing_support import timed_exercise

RUNS = 9
GAIN = 0.03


def attacks() -> Iterator[Figure]:
    """Single calls first, then runs of calls, as on a GPU."""
    calls = {
        kind: test_clocks.SLOW.format(before=b, start=s, end=e) for kind, (b, s, e) in test_clocks.TAMPERED.items()
    }
    batches = {
        kind: test_timed_batches.SLOW + test_timed_batches.STAGE + source
        for kind, source in test_timed_batches.ELSEWHEN.items()
    }
    with tempfile.TemporaryDirectory() as folder, Judge() as judge:
        for staged, honest, kinds in (
            (False, test_clocks.HONEST, calls),
            (True, test_timed_batches.HONEST, batches),
        ):
            exercise = timed_exercise(Path(folder) / str(staged), staged)
            for kind, source in kinds.items():
                attack, fair = alternate(
                    lambda exercise=exercise, source=source: ratio(judge, exercise, source),  # type: ignore[misc]
                    lambda exercise=exercise, honest=honest: ratio(judge, exercise, honest),  # type: ignore[misc]
                    runs=RUNS,
                )
                share = median_ratio(attack, fair)
                yield Figure(
                    f"attack: {kind}", sum(attack) / len(attack), "times the reference", "without it", share,
                    f"≥ {1 - GAIN:.2f}×", share >= 1 - GAIN,
                )  # fmt: skip


def ratio(judge: Judge, exercise: Exercise, source: str) -> float:
    options = GradeOptions(checks=("test_speed",))
    check = judge.grade(exercise, Submission("affine.py", source), options).checks[0]
    assert check.timing is not None, check.rationale
    return check.timing.ratio
