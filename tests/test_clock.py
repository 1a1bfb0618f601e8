"""Speed checks: the ratio is the true one, every output is verified, and no timing survives a submission."""

from __future__ import annotations

import pytest

from etude.report import CheckResult, Status
from tests.conftest import Grade

# As much work as the reference's, `times` over; the result is right.
WORK = """
import numpy as np

def affine(x):
    for _ in range({times}):
        for _ in range(32):
            np.tanh(x)
        y = 2 * x + 1
    return y
"""


def speed_check(grade: Grade, source: str) -> CheckResult:
    return grade(source, exercise="affine", speed=True).checks[1]


@pytest.mark.parametrize("times", [2, 3, 4])
def test_an_answer_that_is_truly_slower_measures_so(grade: Grade, times: int) -> None:
    """Within 10 %; on a busy machine one of three measurements has to be."""
    ratios = []
    for _ in range(3):
        check = speed_check(grade, WORK.format(times=times))
        assert check.timing is not None
        ratios.append(check.timing.ratio)
        if abs(ratios[-1] / times - 1) <= 0.1:
            return
    pytest.fail(f"truly {times} times slower, measured {ratios}")


def test_the_references_own_work_passes(grade: Grade) -> None:
    check = speed_check(grade, WORK.format(times=1))
    assert check.status is Status.PASSED
    assert check.timing is not None
    assert check.timing.rounds >= 5
    assert check.timing.answer_min <= check.timing.answer_median


def test_an_answer_within_the_lower_tier_only_earns_its_share(grade: Grade) -> None:
    """Twice the reference's time: full points end at 1.5, half at 2.5. One of three measurements must see it."""
    for _ in range(3):
        report = grade(WORK.format(times=2), exercise="affine", speed=True)
        check = report.checks[1]
        if check.partial:
            assert (check.earned, check.points) == (1, 2)
            assert not report.full_marks
            assert check.timing is not None
            assert check.timing.lower == (("half", 2.5),)
            return
    pytest.fail(f"not within the lower tier: {check.timing}")


def test_an_answer_beyond_the_last_tier_earns_nothing(grade: Grade) -> None:
    check = speed_check(grade, WORK.format(times=6))
    assert check.status is Status.FAILED
    assert check.earned == 0
    assert check.timing is not None
    assert check.timing.low is not None
    assert check.timing.low > 2.5


def test_every_rounds_times_are_in_the_report(grade: Grade) -> None:
    timing = speed_check(grade, WORK.format(times=1)).timing
    assert timing is not None
    assert timing.low is not None
    assert timing.high is not None
    assert timing.low <= timing.ratio <= timing.high
    assert len(timing.answer) == len(timing.reference) == len(timing.echo) == timing.rounds


def test_every_output_is_verified(grade: Grade) -> None:
    """An answer that is right at first, and then returns what it has."""
    source = (
        "calls = []\n"
        "def affine(x):\n"
        "    calls.append(2 * x + 1 if len(calls) < 4 else calls[-1])\n"
        "    return calls[-1]\n"
    )
    check = speed_check(grade, source)
    assert check.status is Status.FAILED
    assert check.rationale is not None
    assert check.rationale.problem == "the values are wrong"
