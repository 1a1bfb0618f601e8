"""Threads, timers, handlers and finalisers that do something later, when another check or nobody is running."""

from __future__ import annotations

import pytest

from tests.attacks.conftest import LOOT, Attack, Harmless, number, why

ONE = ("test_keeps_dtype",)


def test_a_bomb(attack: Attack, assert_harmless: Harmless) -> None:
    source = (
        "import threading\n"
        "def double(x):\n"
        "    while True:\n"
        "        threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
    )
    report = attack(source, checks=ONE)
    assert why(report).startswith("thread limit")
    assert_harmless(report)


def test_a_bomb_of_small_ones(attack: Attack, assert_harmless: Harmless) -> None:
    source = (
        "import threading\n"
        "threading.stack_size(1 << 15)\n"
        "def double(x):\n"
        "    while True:\n"
        "        threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
    )
    report = attack(source, checks=ONE)
    assert why(report).startswith("thread limit")
    assert_harmless(report)


def test_a_main_thread_that_ends_while_another_goes_on(attack: Attack, assert_harmless: Harmless) -> None:
    """Of a process without its main thread, /proc/<pid> shows neither memory nor open files."""
    source = (
        "import ctypes, os, threading\n"
        "def hoard():\n"
        "    while True:\n"
        "        os.posix_fallocate(os.open('.', os.O_RDWR | os.O_TMPFILE), 0, 10 << 20)\n"
        "def double(x):\n"
        "    threading.Thread(target=hoard).start()\n"
        "    ctypes.CDLL(None).syscall(EXIT, 0)\n"
    ).replace("EXIT", str(number("exit")))
    report = attack(source, checks=ONE)
    assert why(report) == "your code ended the thread that it is called in"
    assert_harmless(report)


LATER = {
    "daemon thread": "threading.Thread(target=forever, daemon=True).start()",
    "thread": "threading.Thread(target=forever).start()",
    "timer": "threading.Timer(0.001, act).start()",
    "alarm": "signal.signal(signal.SIGALRM, act); signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)",
    "processor time": "signal.signal(signal.SIGPROF, act); signal.setitimer(signal.ITIMER_PROF, 0.001, 0.001)",
    "profile hook": "sys.setprofile(act)",
    "trace hook": "sys.settrace(act); threading.settrace(act)",
    "audit hook": "sys.addaudithook(act)",
    "collector": "gc.callbacks.append(act)",
    "atexit": "atexit.register(act)",
    "finaliser": "weakref.finalize(x, act)",
    "excepthook": "sys.excepthook = sys.unraisablehook = threading.excepthook = act",
    "import hook": "sys.meta_path.insert(0, type('F', (), {'find_spec': act}))",
    "faulthandler": "faulthandler.dump_traceback_later(0.001, repeat=True)",
}
MODULES = "import atexit, faulthandler, gc, os, signal, sys, threading, weakref\n"


@pytest.mark.parametrize("what", ["print", "reply", "raise"])
@pytest.mark.parametrize("kind", LATER)
def test_later(attack: Attack, assert_harmless: Harmless, kind: str, what: str) -> None:
    """What comes later costs the answer its own checks, and nobody else's."""
    acts = {
        "print": "os.write(1, b'later\\n')",
        "reply": "os.write(3, b'etu1' + bytes(64))",
        "raise": "raise SystemExit('later')",
    }
    source = (
        f"{MODULES}"
        f"def act(*args):\n    {acts[what]}\n"
        "def forever():\n    while True:\n        act()\n"
        f"def double(x):\n    {LATER[kind]}\n    return x\n"
    )
    report = attack(source, timeout=1)
    assert_harmless(report)


def test_atexit_never_runs(attack: Attack, assert_harmless: Harmless) -> None:
    source = f"import atexit, os\natexit.register(os.write, 1, b'{LOOT}')\ndef double(x):\n    return x\n"
    assert_harmless(attack(source))


def test_a_result_that_a_thread_changes_afterwards(attack: Attack, assert_harmless: Harmless) -> None:
    """It was copied when it was sent; until then its time is the answer's."""
    source = (
        "import threading\n"
        "def double(x):\n"
        "    result = x.copy()\n"
        "    def later():\n"
        "        while True:\n"
        "            result[...] = 2 * x\n"
        "            result[...] = 0\n"
        "    threading.Thread(target=later, daemon=True).start()\n"
        "    return result\n"
    )
    report = attack(source)
    assert_harmless(report, honest=("test_keeps_dtype", "test_values"))


def test_a_thread_that_steals_the_next_request(attack: Attack, assert_harmless: Harmless) -> None:
    source = (
        "import os, threading\n"
        "def steal():\n"
        "    while True:\n"
        "        os.read(3, 1 << 16)\n"
        "def double(x):\n"
        "    threading.Thread(target=steal, daemon=True).start()\n"
        "    return x\n"
    )
    assert_harmless(attack(source, timeout=1))


def test_signals_to_itself_end_with_the_worker(attack: Attack, assert_harmless: Harmless) -> None:
    source = (
        "import os, signal\n"
        "for number in set(signal.valid_signals()) - {9, 19}:\n"
        "    signal.signal(number, signal.SIG_IGN)\n"
        "for number in set(signal.valid_signals()) - {9, 19}:\n"
        "    os.kill(os.getpid(), number)\n"
        "def double(x):\n"
        "    return x\n"
    )
    assert_harmless(attack(source))
