"""Speed checks: the ratio is the true one, every output is verified, and no timing survives a submission."""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from pathlib import Path

import pytest

from etude.catalog import Catalog
from etude.judge.client import Judge
from etude.judge.clock import WAITING
from etude.judge.speed_lock import lock_file, machine_lock
from etude.report import CheckResult, Status
from etude.submission import Submission
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


def test_a_wait_for_another_speed_check_is_told_and_no_part_of_the_checks_time(
    judge: Judge, mini_bank: Catalog
) -> None:
    told: list[str] = []
    other = lock_file(f"{tempfile.gettempdir()}/etude-speed.lock")
    fcntl.flock(other, fcntl.LOCK_EX)

    def hear(doing: str) -> None:
        if doing == WAITING:
            time.sleep(0.5)
            os.close(other)
        told.append(doing)

    began = time.monotonic()
    report = judge.grade(mini_bank.get("affine"), Submission("answer.py", WORK.format(times=1)), on_check=hear)
    took = time.monotonic() - began
    values, speed = report.checks
    assert told == [values.description, speed.description, WAITING, speed.description]
    assert sum(check.seconds for check in report.checks) <= report.seconds <= took - 0.5


def test_a_lock_that_another_user_lets_nobody_open_costs_no_grading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ETUDE_LOCKS", str(tmp_path))
    opened = os.open

    def refused(path: str, *arguments: int) -> int:
        if path.endswith("etude-speed.lock"):
            raise PermissionError(13, "Permission denied", path)
        return opened(path, *arguments)

    monkeypatch.setattr("os.open", refused)
    with machine_lock() as waited:
        assert waited == 0
        assert [path.name for path in tmp_path.iterdir()] == [f"etude-speed.lock.{os.getuid()}"]
    monkeypatch.setenv("ETUDE_LOCKS", str(tmp_path / "nowhere"))
    with machine_lock():
        pass


def test_a_lock_can_be_opened_by_all_users_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        os.close(lock_file(str(tmp_path / "lock")))
    finally:
        os.umask(before)
    assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o444
