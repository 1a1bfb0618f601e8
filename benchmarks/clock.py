"""How true the speed checks are: the reference against itself, and answers that are slower by a known factor."""

from __future__ import annotations

import multiprocessing
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from benchmarks.figure import RUNS, Figure
from etude.catalog import Catalog, shipped_bank
from etude.exercise import Exercise
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.report import CheckResult
from etude.submission import Submission

SELF_COMPARISONS = 200
Measure = Callable[[str], CheckResult]


def clock() -> Iterator[Figure]:
    """As the judge times an exercise whose work is known."""
    exercise = Catalog.load([shipped_bank() / "tests" / "fixtures" / "mini_bank"]).get("affine")
    reference = exercise.solution_path.read_text("utf-8")
    work = reference.replace("    for _", "    for _ in range({times}):\n     for _", 1)
    with Judge() as judge:

        def measure(source: str) -> CheckResult:
            return _speed_check(judge, exercise, source)

        for times in (2, 3, 4):
            yield _slower(measure, work.format(times=times), times)
        for load, busy in (("", nullcontext()), (", one core loaded", one_core_loaded())):
            with busy:
                yield from _against_itself(measure, reference, load)


def _speed_check(judge: Judge, exercise: Exercise, source: str) -> CheckResult:
    options = GradeOptions(checks=("test_speed",))
    return judge.grade(exercise, Submission("affine.py", source), options).checks[0]


def _slower(measure: Measure, source: str, times: int) -> Figure:
    middle = statistics.median(_ratio(measure(source)) for _ in range(RUNS))
    what = f"an answer with {times} times the reference's work"
    return Figure(what, middle, "times", "the reference", middle / times, "0.9–1.1×", abs(middle / times - 1) <= 0.1)


def _against_itself(measure: Measure, source: str, load: str) -> Iterator[Figure]:
    """Graded for all of its points, every time; and neither faster nor slower than itself."""
    checks = [measure(source) for _ in range(SELF_COMPARISONS)]
    less = sum(check.earned < check.points for check in checks)
    middle = statistics.median(map(_ratio, checks))
    what = f"the reference against itself, {SELF_COMPARISONS} times{load}"
    yield Figure(f"{what}: less than full points", less, "times", "", None, "0", less == 0)
    met = 0.97 <= middle <= 1.03
    yield Figure(f"{what}: median ratio", middle, "times", "the reference", middle, "0.97–1.03×", met)


def _ratio(check: CheckResult) -> float:
    assert check.timing is not None, check.rationale
    return check.timing.ratio


@contextmanager
def one_core_loaded() -> Iterator[None]:
    busy = multiprocessing.Process(target=_forever, daemon=True)
    busy.start()
    try:
        yield
    finally:
        busy.kill()
        busy.join()


def _forever() -> None:
    while True:
        pass
