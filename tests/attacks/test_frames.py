"""Answers that go through frames, garbage, modules and tracebacks for what the judge knows."""

from __future__ import annotations

import os

import pytest

from tests.attacks.conftest import Attack, Ground, Harmless
from tests.attacks.search_support import needles
from tests.attacks.test_memory import ANSWER, drawn, secrets

# `reach(found, roots)` follows every reference there is and searches what lies at the ends.
REACH = """
import gc, inspect, linecache, sys, threading, traceback, types
import numpy as np

def as_bytes(thing):
    if type(thing) is bytes:
        return thing
    if type(thing) is str:
        return thing.encode("utf-8", "replace")
    if type(thing) is int:
        return str(thing).encode() if thing.bit_length() < 4000 else b""
    if type(thing) is float:
        return np.float64(thing).tobytes() + np.float32(thing if abs(thing) < 1e30 else 0).tobytes()
    return thing.tobytes() if isinstance(thing, (np.ndarray, np.generic)) and thing.dtype != object else b""

def reach(found, roots):
    seen, pending, pieces = set(), list(roots), []
    own = id(shifted)
    while pending:
        thing = pending.pop()
        if id(thing) not in seen and id(thing) != own:
            seen.add(id(thing))
            pieces.append(as_bytes(thing))
            if type(thing) is types.FrameType:
                pending += [thing.f_back, thing.f_locals, thing.f_globals, thing.f_builtins, thing.f_code]
            pending += gc.get_referents(thing)
    found |= search(b"\\0".join(pieces))

def frames():
    frame, all_frames = sys._getframe(), []
    while frame:
        all_frames.append(frame)
        frame = frame.f_back
    return all_frames

def raised():
    try:
        1 / 0
    except ZeroDivisionError as error:
        return error, list(traceback.walk_stack(None)), inspect.stack(), inspect.trace(), traceback.extract_stack()
"""
ROOTS = {
    "the callers": "frames()",
    "everything that can be garbage": "gc.get_objects()",
    "who refers to the argument": "[gc.get_referrers(x), [gc.get_referrers(r) for r in gc.get_referrers(x)]]",
    "modules": "list(sys.modules.values())",
    "an exception": "raised()",
    "threads": "[*sys._current_frames().values(), *threading.enumerate(), threading.main_thread().__dict__]",
    "caches of source": "[linecache.cache, sys.path_importer_cache, inspect.modulesbyfile, sys.argv, sys.orig_argv]",
    "interned strings and all of a type": "[object.__subclasses__(), type.__subclasses__(type)]",
}


@pytest.mark.parametrize("roots", ROOTS)
def test_what_can_be_reached(ground: Ground, attack: Attack, assert_harmless: Harmless, roots: str) -> None:
    seed = int.from_bytes(os.urandom(8), "little") | 1 << 63
    hidden = secrets(ground, seed)
    look = f"mine = x.copy()\n    reach(found, [*{ROOTS[roots]}, mine])"
    known = {"its input": drawn(seed, "test_keeps_dtype").tobytes()[:16]}
    report = attack(ANSWER.format(needles=needles({**hidden, **known}), reader=REACH, look=look), seed=seed)
    assert report.checks[0].output == "found|its input\n", report.checks[0]
    assert_harmless(report)


def test_no_module_of_the_judge_is_there(attack: Attack, assert_harmless: Harmless) -> None:
    """What grades is imported after the zygote was forked, and cannot be imported in a worker."""
    report = attack(
        "import importlib, pkgutil, sys\n"
        "def double(x):\n"
        "    graders = ('etude.judge', 'etude.grading', 'etude.catalog', 'etude.exercise', '_pytest')\n"
        "    print(*sorted(name for name in sys.modules if name.startswith(graders)))\n"
        "    for name in ('etude.grading', 'etude.judge.seeds', 'etude.judge.session', 'etude.judge.clock'):\n"
        "        try:\n"
        "            print('loot:', importlib.import_module(name))\n"
        "        except Exception:\n"
        "            pass\n"
        "    return x\n"
    )
    before = ("launcher", "host", "pipe")  # the launcher, and the host's first lines
    allowed = {"etude.judge", *(f"etude.judge.{name}" for name in before)}
    assert set(report.checks[0].output.split()) <= allowed
    assert_harmless(report)


def test_a_callers_locals_are_changed(attack: Attack, assert_harmless: Harmless) -> None:
    """Frames of the worker are its own business: the host has the value that came back, and its own oracle."""
    report = attack(
        "import ctypes, sys\n"
        "def double(x):\n"
        "    frame = sys._getframe(1)\n"
        "    while frame:\n"
        "        for name in list(frame.f_locals):\n"
        "            if name in ('result', 'reply', 'args', 'request', 'value', 'expected', 'wanted', 'tol'):\n"
        "                frame.f_locals[name] = {'value': True}\n"
        "        ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))\n"
        "        frame = frame.f_back\n"
        "    return x\n"
    )
    assert_harmless(report)


def test_the_argument_is_changed_into_its_own_double(attack: Attack, assert_harmless: Harmless) -> None:
    """The oracle works on the host's copy, and the result would be compared with that."""
    report = attack("def double(x):\n    x /= 2\n    return x\n")
    assert_harmless(report)
    assert not any(check.earned for check in report.checks if check.name != "test_rules")
