"""A memory check counts what a call held at its peak, wherever it came from and whenever it was taken."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest

from etude.catalog import Catalog
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.report import CheckResult, Status
from etude.submission import Submission
from tests.attacks.conftest import MINI_BANK

CHECK = '''

@check("stability")
def test_memory(submission, rng, memory):
    """A (2048, 2048) array takes at most 40 MiB beside input and output."""

    def verify(actual: object, x: np.ndarray) -> None:
        assert_close(actual, 2 * x + 1)

    memory.assert_peak("affine", (rng.standard_normal((2048, 2048)),), at_most=40 << 20, verify=verify)
'''
Measure = Callable[[str], CheckResult]


@pytest.fixture(scope="module")
def measure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Measure]:
    bank = tmp_path_factory.mktemp("peaks") / "bank"
    shutil.copytree(MINI_BANK, bank, ignore=shutil.ignore_patterns("__pycache__"))
    affine = Catalog.load([bank]).get("affine")
    affine.grader_path.write_text(affine.grader_path.read_text("utf-8") + CHECK, "utf-8")
    with Judge() as judge:

        def measure(source: str) -> CheckResult:
            options = GradeOptions(checks=("test_memory",))
            return judge.grade(affine, Submission("answer.py", "import numpy as np\n" + source), options).checks[0]

        yield measure


# One temporary array of the input's size is 32 MiB.
WITHIN = {
    "in place": "def affine(x):\n    y = 2 * x\n    y += 1\n    return y\n",
    "with one temporary array": "def affine(x):\n    return 2 * x + 1\n",
}
BEYOND = {
    "with three temporary arrays": "def affine(x):\n    a = x * 1\n    b = x + a\n    c = b + 1\n    return c.copy()\n",
    "freed before it returns": "def affine(x):\n    np.ones(12 << 20)\n    return 2 * x + 1\n",
    "hoarded while it was imported": "pool = np.ones(12 << 20)\ndef affine(x):\n    return 2 * x + 1\n",
    "taken by a thread": (
        "import threading\n"
        "def affine(x):\n"
        "    thread = threading.Thread(target=lambda: np.ones(12 << 20))\n"
        "    thread.start()\n    thread.join()\n    return 2 * x + 1\n"
    ),
    "in a mapped file": (
        "import os, tempfile\n"
        "def affine(x):\n"
        "    with tempfile.NamedTemporaryFile() as file:\n"
        "        np.memmap(file.name, mode='w+', shape=12 << 20)[:] = 1\n"
        "        held = np.memmap(file.name, mode='r+', shape=(96 << 20,), dtype='u1')\n"
        "        held[:] = 1\n"
        "    return 2 * x + 1\n"
    ),
    "in a file that is written and read, a piece at a time": (
        "import tempfile\n"
        "def affine(x):\n"
        "    piece = np.ones(1 << 17).tobytes()\n"
        "    with tempfile.TemporaryFile() as file:\n"
        "        for _ in range(96):\n"
        "            file.write(piece)\n"
        "    return 2 * x + 1\n"
    ),
}


@pytest.mark.parametrize("kind", WITHIN)
def test_an_economical_answer_passes(measure: Measure, kind: str) -> None:
    check = measure(WITHIN[kind])
    assert check.status is Status.PASSED, check.rationale


@pytest.mark.parametrize("kind", BEYOND)
def test_memory_counts_wherever_it_is_taken(measure: Measure, kind: str) -> None:
    check = measure(BEYOND[kind])
    assert check.status is Status.FAILED
    assert check.rationale is not None
    assert check.rationale.problem == "it held more than 40 MiB beside its inputs and outputs"
    assert check.rationale.wanted is not None
    assert check.rationale.wanted.startswith("at most 40 MiB; it held ")


def test_a_wrong_output_fails_first(measure: Measure) -> None:
    check = measure("def affine(x):\n    return x\n")
    assert check.rationale is not None
    assert check.rationale.problem == "the values are wrong"
