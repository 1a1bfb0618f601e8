"""Answers that leave, when they are imported or when they are called."""

from __future__ import annotations

import pytest

from etude.report import Category, Status
from tests.attacks.conftest import Attack, Harmless, why

LEAVES = {
    "sys.exit": ("import sys; sys.exit(0)", "your code called sys.exit(0)"),
    "sys.exit with a text": ("import sys; sys.exit('all checks passed')", "sys.exit(all checks passed)"),
    "os._exit": ("import os; os._exit(0)", "your code ended its process (exit status 0)"),
    "SystemExit": ("raise SystemExit", "your code called sys.exit()"),
    "SystemExit of its own": ("raise type('Exit', (SystemExit,), {})(0)", "your code raised Exit: 0"),
    "KeyboardInterrupt": ("raise KeyboardInterrupt", "your code raised KeyboardInterrupt"),
    "GeneratorExit": ("raise GeneratorExit", "your code raised GeneratorExit"),
    "BaseException": ("raise BaseException('passed')", "your code raised BaseException: passed"),
    "pytest.exit": ("import pytest; pytest.exit('done', 0)", "your code raised Exit: done"),
    "pytest.skip": ("import pytest; pytest.skip('done', allow_module_level=True)", "your code raised Skipped: done"),
    "quit": ("import builtins; getattr(builtins, 'quit', exit)()", "your code"),
    "raw exit": ("import ctypes; ctypes.CDLL(None).syscall(231, 0)", "your code ended its process (exit status 0)"),
    "libc exit": ("import ctypes; ctypes.CDLL(None).exit(0)", "your code ended its process (exit status 0)"),
    "SIGKILL": ("import os; os.kill(os.getpid(), 9)", "your code was ended by SIGKILL"),
    "SIGTERM": ("import os; os.kill(os.getpid(), 15)", "your code was ended by SIGTERM"),
    "SIGABRT": ("import os; os.abort()", "your code was ended by SIGABRT"),
    "SIGSEGV": ("import os; os.kill(os.getpid(), 11)", "your code was ended by a segmentation fault"),
}


@pytest.mark.parametrize("kind", LEAVES)
def test_at_import(attack: Attack, assert_harmless: Harmless, kind: str) -> None:
    body, words = LEAVES[kind]
    report = attack(f"{body}\ndef double(x):\n    return x\n", timeout=5)
    assert report.problem is not None
    assert words in why(report)
    assert_harmless(report)


@pytest.mark.parametrize("kind", LEAVES)
def test_in_a_call(attack: Attack, assert_harmless: Harmless, kind: str) -> None:
    body, words = LEAVES[kind]
    report = attack(f"def double(x):\n    {body}\n    return x\n", timeout=5)
    assert report.problem is None
    assert words in why(report)
    assert_harmless(report)


def test_only_some_calls(attack: Attack, assert_harmless: Harmless) -> None:
    """The checks that it answers truly count; the one that it leaves does not."""
    source = "import os\ndef double(x):\n    if x.dtype == 'float32':\n        os._exit(0)\n    return 2 * x\n"
    report = attack(source)
    assert report.checks[0].earned == 0
    assert_harmless(report)


def test_after_the_answer(attack: Attack, assert_harmless: Harmless) -> None:
    """The worker ends between a reply and the next request: the next check says so, the one after has a new worker."""
    report = attack(
        "import os, threading\ndef double(x):\n    threading.Timer(0.001, os._exit, (0,)).start()\n    return x\n"
    )
    problems = {check.rationale.problem for check in report.checks[1:] if check.rationale}
    assert problems <= {"waits for “float32 stays float32.”", "your code ended its process (exit status 0)"}
    assert_harmless(report)


def test_a_finaliser_that_exits(attack: Attack, assert_harmless: Harmless) -> None:
    report = attack(
        "import os\n"
        "class Goodbye:\n"
        "    def __del__(self):\n"
        "        os._exit(0)\n"
        "def double(x):\n"
        "    goodbye = Goodbye()\n"
        "    return x\n"
    )
    assert "your code ended its process (exit status 0)" in why(report)
    assert_harmless(report)


def test_while_the_result_is_read(attack: Attack, assert_harmless: Harmless) -> None:
    report = attack(
        "import os\n"
        "import numpy as np\n"
        "class Array(np.ndarray):\n"
        "    dtype = property(lambda self: os._exit(0))\n"
        "    __array__ = __array_finalize__ = __float__ = __len__ = __iter__ = __reduce__ = lambda *args: os._exit(0)\n"
        "def double(x):\n"
        "    return x.view(Array)\n"
    )
    assert_harmless(report)


@pytest.mark.parametrize("kind", ["os._exit", "SIGKILL", "SIGSEGV", "sys.exit", "stop"])
def test_in_the_midst_of_a_speed_check(attack: Attack, assert_harmless: Harmless, kind: str) -> None:
    """While the answer, the reference and an echo are timed in turn; its values are right until then."""
    act = "import os; os.kill(os.getpid(), 19)" if kind == "stop" else LEAVES[kind][0]
    source = (
        "CALLS = []\n"
        "def affine(x):\n"
        "    CALLS.append(1)\n"
        "    if len(CALLS) > 9:\n"
        f"        {act}\n"
        "    return 2 * x + 1\n"
    )
    report = attack(source, exercise="affine", speed=True, timeout=1.5)
    speed = report.checks[-1]
    assert (speed.category, speed.status) == (Category.SPEED, Status.ERROR)
    assert_harmless(report, honest=tuple(check.name for check in report.checks[:-1]))
