"""`affine` of the tiny bank, whose speed check measures in one go whatever it is given."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from etude.catalog import Catalog
from etude.exercise import Exercise
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.report import CheckResult, Status
from etude.submission import Submission
from tests.attacks.conftest import MINI_BANK

NOISE = 0.8  # of the honest ratio; one of three comparisons has to keep it

Measure = Callable[[str], CheckResult]


def timed_exercise(bank: Path, staged: bool) -> Exercise:
    """In a new bank, with a limit so high that one measurement decides. `staged`: timed over runs of calls."""
    shutil.copytree(MINI_BANK, bank, ignore=shutil.ignore_patterns("__pycache__"))
    affine = Catalog.load([bank]).get("affine")
    _replace(affine.metadata_path, "full = 1.5\nhalf = 2.5", "full = 100")
    if staged:
        _replace(affine.grader_path, "verify=verify)", "verify=verify, staged=True)")
    return Catalog.load([bank]).get("affine")


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


@contextmanager
def measuring(exercise: Exercise, honest: str) -> Iterator[Measure]:
    """The speed check of one host, which has to live through all that it measures, and grade `honest` afterwards."""
    with Judge() as judge:

        def measure(source: str) -> CheckResult:
            options = GradeOptions(speed=True, checks=("test_speed",))
            return judge.grade(exercise, Submission("affine.py", source), options).checks[0]

        pid = judge.host(exercise).pid
        yield measure
        assert measure(honest).status is Status.PASSED
        assert judge.host(exercise).pid == pid
