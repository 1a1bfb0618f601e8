"""Where an exercise lets answers start a compiler: what they start is as confined as they are, and ends with them."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from etude.catalog import Catalog
from etude.exercise import Exercise
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.report import Report, Status
from etude.submission import Submission
from tests.attacks.conftest import MINI_BANK
from tests.process_tree import family, is_running

GradeDouble = Callable[[str], Report]
PYTHON = f"{sys.base_prefix}/bin/python3"
KERNEL = "double twice(double x) { return 2 * x; }"
COMPILED = f"""
import ctypes, subprocess
import numpy as np
with open("kernel.c", "w") as file:
    file.write({KERNEL!r})
subprocess.run(["gcc", "-shared", "-fPIC", "-o", "kernel.so", "kernel.c"], check=True)
twice = ctypes.CDLL("./kernel.so").twice
twice.restype, twice.argtypes = ctypes.c_double, [ctypes.c_double]
def double(x):
    return np.vectorize(twice, otypes=[float])(x).astype(np.asarray(x).dtype)
"""
# Runs a program, and prints what it says and how it ended.
RUN = """
import subprocess
def double(x):
    done = subprocess.run({command!r}, capture_output=True, text=True)
    print(done.returncode, done.stdout, done.stderr)
    return 2 * x
"""


@pytest.fixture(scope="module")
def exercise(tmp_path_factory: pytest.TempPathFactory) -> Exercise:
    bank = tmp_path_factory.mktemp("programs") / "bank"
    shutil.copytree(MINI_BANK, bank, ignore=shutil.ignore_patterns("__pycache__"))
    double = Catalog.load([bank]).get("double")
    with double.metadata_path.open("a", encoding="utf-8") as file:
        file.write('processes = ["cpu"]\n')
    return Catalog.load([bank]).get("double")


@pytest.fixture(scope="module")
def grade(exercise: Exercise) -> Iterator[GradeDouble]:
    with Judge() as judge:
        pid = judge.host(exercise).pid

        def grade(source: str) -> Report:
            report = judge.grade(exercise, Submission("answer.py", source), GradeOptions(speed=False))
            assert len(family(pid)) <= 3, "beside host, zygote and guardian nothing is left"
            return report

        yield grade
        assert judge.host(exercise).pid == pid


@pytest.mark.skipif(shutil.which("gcc") is None, reason="no compiler here")
def test_an_answer_may_compile_a_kernel(grade: GradeDouble) -> None:
    report = grade(COMPILED)
    assert report.full_marks, report.problem


def test_elsewhere_no_program_starts() -> None:
    double = Catalog.load([MINI_BANK]).get("double")
    with Judge() as judge:
        report = judge.grade(double, Submission("answer.py", COMPILED), GradeOptions(speed=False))
    assert report.problem is not None
    assert "PermissionError" in report.problem.problem


def test_a_program_reads_nothing_that_is_hidden(grade: GradeDouble, exercise: Exercise) -> None:
    hidden = [exercise.solution_path, exercise.grader_path, Path(__file__)]
    report = grade(RUN.format(command=["cat", *map(str, hidden)]))
    printed = report.checks[0].output
    assert printed.startswith("1 ")
    assert printed.count("Permission denied") == len(hidden)


@pytest.mark.parametrize(
    "command",
    [
        ["unshare", "--user", "true"],
        ["setsid", "--fork", "true"],
        ["kill", "-0", str(os.getpid())],
        ["chmod", "777", "."],
        [PYTHON, "-c", "import socket; socket.create_connection(('127.0.0.1', 9))"],
        [PYTHON, "-c", "import os; os.setpgid(0, 0)"],
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_a_program_is_refused_what_its_worker_is(grade: GradeDouble, command: list[str]) -> None:
    printed = grade(RUN.format(command=command)).checks[0].output
    assert "not permitted" in printed or "denied" in printed.lower()


LEFT_BEHIND = """
import subprocess
def double(x):
    subprocess.Popen(["sh", "-c", "while true; do sleep 1000; done & sleep 1000"])
    return 2 * x
"""


def test_what_is_left_running_ends_with_the_worker(grade: GradeDouble) -> None:
    assert grade(LEFT_BEHIND).full_marks  # and `grade` looks for what is left


def test_what_an_answer_started_ends_when_the_host_is_killed(exercise: Exercise) -> None:
    stays = LEFT_BEHIND.replace("return 2 * x", "import time; time.sleep(1000)")
    with Judge() as judge:
        host = judge.host(exercise).pid
        grading = threading.Thread(target=lambda: _graded(judge, exercise, stays), daemon=True)
        grading.start()
        while not any("sleep" in _name(pid) for pid in family(host)):
            time.sleep(0.01)
        started = family(host)
        os.kill(host, signal.SIGKILL)
        grading.join(30)
        deadline = time.monotonic() + 30
        while any(map(is_running, started)) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not [pid for pid in started if is_running(pid)]


def _graded(judge: Judge, exercise: Exercise, source: str) -> None:
    try:
        judge.grade(exercise, Submission("answer.py", source), GradeOptions(speed=False))
    except BaseException:  # the host was killed
        return


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text()
    except OSError:
        return ""


TOO_MUCH = {
    "process limit (64)": "children = [subprocess.Popen(['sleep', '1000']) for _ in range(80)]",
    "memory limit (2 GiB)": (
        "hold = 'import time; held = bytearray(900 << 20); time.sleep(1000)'\n"
        f"    children = [subprocess.Popen([{PYTHON!r}, '-c', hold]) for _ in range(3)]"
    ),
}


@pytest.mark.parametrize("limit", TOO_MUCH)
def test_limits_are_for_all_that_an_answer_starts_together(grade: GradeDouble, limit: str) -> None:
    source = f"import subprocess, time\ndef double(x):\n    {TOO_MUCH[limit]}\n    time.sleep(8)\n    return 2 * x\n"
    check = grade(source).checks[0]
    assert check.status is Status.ERROR
    assert check.rationale is not None
    assert limit in check.rationale.problem
