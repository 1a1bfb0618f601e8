"""Answers that never come back: endless loops, sleep, a stopped process, recursion."""

from __future__ import annotations

import pytest

from tests.attacks.conftest import Attack, Harmless, why

ONE = ("test_keeps_dtype",)

ENDLESS = {
    "Python": "while True: pass",
    "Python that catches everything": "\n        ".join(
        ["while True:", "    try:", "        while True: pass", "    except BaseException: pass"]
    ),
    "sum of a range": "sum(range(10**15))",
    "regular expression": "import re; re.match(r'(a+)+$', 'a' * 64 + 'b')",
    "power": "return 7 ** 10**9",
    "NumPy": "import numpy as np; return np.linalg.matrix_power(np.ones((2000, 2000)), 10**6)",
    "deaf to signals": "import signal as s; s.pthread_sigmask(s.SIG_BLOCK, s.valid_signals())\n    while True: pass",
    "sleep": "import time; time.sleep(10**6)",
    "lock": "import threading; lock = threading.Lock(); lock.acquire(); lock.acquire()",
    "stopped": "import os; os.kill(os.getpid(), 19)",
    "the wire read away": "import os; os.read(3, 1)",
}


@pytest.mark.parametrize("kind", ENDLESS)
def test_in_a_call(attack: Attack, assert_harmless: Harmless, kind: str) -> None:
    report = attack(f"def double(x):\n    {ENDLESS[kind]}\n    return x\n", timeout=0.3, checks=ONE)
    assert why(report).startswith("time limit: no answer after 0.")
    assert_harmless(report)


def test_at_import(attack: Attack, assert_harmless: Harmless) -> None:
    report = attack("while True: pass\ndef double(x): return x\n", timeout=0.5)
    assert why(report) == "time limit: no answer after 0.5 seconds"
    assert_harmless(report)


def test_while_its_result_is_read(attack: Attack, assert_harmless: Harmless) -> None:
    source = (
        "import numpy as np\n"
        "class Endless(np.ndarray):\n"
        "    def __array__(self, *args, **kwargs):\n"
        "        while True: pass\n"
        "    dtype = property(__array__)\n"
        "def double(x):\n"
        "    return x.view(Endless)\n"
    )
    assert_harmless(attack(source, timeout=0.3, checks=ONE))


def test_while_its_exception_is_read(attack: Attack, assert_harmless: Harmless) -> None:
    source = (
        "class Endless(Exception):\n"
        "    def __str__(self):\n"
        "        while True: pass\n"
        "def double(x):\n"
        "    raise Endless\n"
    )
    report = attack(source, timeout=0.3, checks=ONE)
    assert why(report).startswith("time limit")
    assert_harmless(report)


def test_the_time_of_all_checks_is_limited_too(attack: Attack, assert_harmless: Harmless) -> None:
    report = attack("import time\ndef double(x):\n    time.sleep(0.4)\n    return x\n", timeout=0.5)
    assert report.checks[-1].rationale is not None
    assert report.checks[-1].rationale.problem == "time limit: 0.5 seconds for all checks are used up"
    assert_harmless(report)


def test_recursion(attack: Attack, assert_harmless: Harmless) -> None:
    report = attack("def double(x):\n    return double(x)\n")
    assert why(report) == "your code raised RecursionError: maximum recursion depth exceeded"
    traceback = report.checks[0].rationale.traceback if report.checks[0].rationale else None
    assert traceback is not None
    assert traceback.count("\n") < 50
    assert_harmless(report)


def test_recursion_without_a_limit(attack: Attack, assert_harmless: Harmless) -> None:
    source = "import sys\nsys.setrecursionlimit(2**31 - 1)\ndef double(x):\n    return double(x)\n"
    report = attack(source, timeout=0.5, checks=ONE)
    assert why(report).startswith(("time limit", "memory limit"))
    assert_harmless(report)


def test_recursion_without_a_limit_in_native_code(attack: Attack, assert_harmless: Harmless) -> None:
    source = (
        "import sys\n"
        "sys.setrecursionlimit(2**31 - 1)\n"
        "class Deep:\n"
        "    def __repr__(self):\n"
        "        return repr([self])\n"
        "def double(x):\n"
        "    return repr(Deep())\n"
    )
    report = attack(source)
    assert "a segmentation fault (in native code, or of a recursion too deep for the stack)" in why(report)
    assert_harmless(report)


def test_an_answer_nested_without_end(attack: Attack, assert_harmless: Harmless) -> None:
    report = attack("def double(x):\n    nest = []\n    nest.append(nest)\n    return nest\n")
    assert "nested over 32 levels deep" in why(report)
    assert_harmless(report)


@pytest.mark.parametrize("call", ["ctypes.string_at(0)", "ctypes.memset(1, 0, 8)", "ctypes.CFUNCTYPE(None)(8)()"])
def test_segmentation_faults(attack: Attack, assert_harmless: Harmless, call: str) -> None:
    report = attack(f"import ctypes\ndef double(x):\n    {call}\n")
    assert "a segmentation fault" in why(report)
    assert_harmless(report)


@pytest.mark.parametrize("hook", ["signal.signal(signal.SIGSEGV, signal.SIG_IGN)", "faulthandler.enable()"])
def test_a_segmentation_fault_that_is_handled(attack: Attack, assert_harmless: Harmless, hook: str) -> None:
    source = f"import ctypes, faulthandler, signal\ndef double(x):\n    {hook}\n    ctypes.string_at(0)\n"
    report = attack(source)
    assert "a segmentation fault" in why(report)
    assert_harmless(report)
