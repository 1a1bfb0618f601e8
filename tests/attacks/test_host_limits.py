"""What an answer returns cannot make the host, which works on it, take the machine's memory or go on for ever."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from etude.catalog import Catalog, shipped_bank
from etude.errors import JudgeError
from etude.judge import session
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.report import Report, Status
from etude.submission import Submission
from tests.attacks.conftest import HONEST, MINI_BANK

GRADER = """
import numpy as np
from etude.grading import as_array, assert_close, assert_true, check

@check("correctness")
def test_work(submission):
    '''As much work as the answer says.'''
    count = int(as_array(submission.double(1)))
    assert_true(np.empty(count, np.uint8).size == 2, "not two")
    {loop}

@check("correctness")
def test_values(submission, rng):
    '''Values.'''
    x = rng.standard_normal(3)
    assert_close(submission.double(x), 2 * x)
"""
# After a right answer: whatever runs in a worker, the probe as well, can be replaced there.
FORGE = """
import gc, types
honest = initialize_weights

def initialize_weights(model):
    for function in gc.get_objects():
        if isinstance(function, types.FunctionType) and function.__name__ == "layout":
            function.__code__ = (lambda kind: {"0.weight": [1 << 30, 1 << 3]}).__code__
    return honest(model)
"""

SPEND = """
import time
from etude.sandbox.limits import bound_processor_time

def spend(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass

bound_processor_time(1)
spend(0.9)
bound_processor_time(1)
spend(0.9)
print("went on", flush=True)
spend(9)
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="étude bounds its hosts on Linux")


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MINI_BANK, tmp_path / "bank"))


def graded(judge: Judge, bank: Path, source: str, loop: str = "") -> Report:
    exercise = Catalog.load([bank]).get("double")
    exercise.grader_path.write_text(GRADER.format(loop=loop))
    return judge.grade(exercise, Submission("answer.py", source, None), GradeOptions(seed=1))


def test_memory_that_a_returned_number_asks_for_is_not_taken(judge: Judge, bank: Path) -> None:
    greedy = f"def double(x):\n    return {session.MEMORY_BYTES + (1 << 30)} if type(x) is int else 2 * x\n"
    work, values = graded(judge, bank, greedy).checks
    assert work.status is Status.ERROR
    assert work.rationale is not None
    assert "cannot be checked" in work.rationale.problem
    assert values.status is Status.PASSED, "the host goes on"
    assert graded(judge, bank, HONEST).full_marks


def test_a_forged_layout_makes_the_host_draw_nothing(judge: Judge) -> None:
    exercise = Catalog.load([shipped_bank()]).get("init_weights")
    source = exercise.solution_path.read_text("utf-8") + FORGE
    report = judge.grade(exercise, Submission("answer.py", source, None), GradeOptions(seed=1, speed=False))
    reasons = [check.rationale.problem for check in report.checks if check.rationale is not None]
    assert any("layout could not be read" in reason for reason in reasons)
    assert report.score < report.maximum / 4


def test_processor_time_is_bounded_anew_for_each_answer() -> None:
    done = subprocess.run([sys.executable, "-c", SPEND], capture_output=True, text=True)
    assert done.stdout == "went on\n"
    assert done.returncode == -signal.SIGXCPU


def test_a_host_that_took_too_much_says_so(judge: Judge, bank: Path) -> None:
    loop = "import os, signal; os.kill(os.getpid(), signal.SIGXCPU)"
    with pytest.raises(JudgeError, match="too much processor time"):
        graded(judge, bank, HONEST, loop)
    assert graded(judge, bank, HONEST).full_marks
