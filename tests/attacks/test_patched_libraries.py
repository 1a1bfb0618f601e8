"""Wrong answers that first make every comparison in their process come out right."""

from __future__ import annotations

import pytest

from etude.report import Status
from tests.attacks.conftest import Attack, Harmless

PATCHES = {
    "numpy.testing": """
import numpy.testing
for name in dir(numpy.testing):
    if name.startswith("assert"):
        setattr(numpy.testing, name, lambda *args, **kwargs: None)
""",
    "numpy's comparisons": """
for name in "allclose isclose array_equal array_equiv equal not_equal less greater all any isfinite isnan".split():
    setattr(np, name, lambda *args, **kwargs: np.True_)
np.subtract = np.absolute = np.abs = np.max = lambda *args, **kwargs: np.float64(0)
""",
    "numpy's conversions": """
good = np.asarray
np.asarray = np.array = np.ascontiguousarray = np.frombuffer = lambda value, *args, **kwargs: 2 * good(value)
""",
    "numpy's own modules": """
for module in [module for name, module in sys.modules.items() if name.startswith("numpy")]:
    for name in ("allclose", "array_equal", "asarray", "array", "abs", "equal", "isclose"):
        if hasattr(module, name):
            setattr(module, name, lambda *args, **kwargs: True)
""",
    "numpy's types": """
class ndarray(np.ndarray):
    __eq__ = lambda self, other: True
np.ndarray = ndarray
np.float64 = np.generic = np.dtype = object
""",
    "numpy's generators": """
np.random.default_rng = np.random.Generator = lambda *args: np.random.RandomState(0)
np.random.seed = np.random.set_state = lambda *args: None
""",
    "ndarray's slots": """
def patch(kind, name, function):
    gc.get_referents(vars(kind))[0][name] = function
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))
for name in ("__eq__", "__ne__", "__lt__", "__le__", "all", "any"):
    patch(np.ndarray, name, lambda *args, **kwargs: True)
for name in ("__sub__", "__rsub__", "__abs__", "max"):
    patch(np.ndarray, name, lambda *args, **kwargs: np.float64(0))
""",
    "the slots of float and int": """
def patch(kind, name, function):
    gc.get_referents(vars(kind))[0][name] = function
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))
for kind in (float, int):
    for name in ("__eq__", "__lt__", "__le__", "__gt__"):
        patch(kind, name, lambda *args: True)
""",
    "builtins": """
for name in "all any bool isinstance issubclass hasattr callable".split():
    setattr(builtins, name, lambda *args: True)
for name in "abs max min sum len hash id".split():
    setattr(builtins, name, lambda *args, **kwargs: 0)
""",
    "builtins that build": """
for name in "type dict list tuple str float print repr getattr setattr vars".split():
    vars(builtins)[name] = lambda *args, **kwargs: None
""",
    "exceptions": """
class Never(BaseException): pass
for name in dir(builtins):
    if name.endswith(("Error", "Exception", "Interrupt", "Warning")):
        setattr(builtins, name, Never)
""",
    "the import system": """
class Finder:
    def find_spec(self, name, path=None, target=None):
        return importlib.machinery.ModuleSpec(name, self)
    def create_module(self, spec):
        return None
    def exec_module(self, module):
        module.__getattr__ = lambda name: lambda *args, **kwargs: True
sys.meta_path.insert(0, Finder())
for name in [name for name in sys.modules if not name.startswith("_")]:
    del sys.modules[name]
""",
    "pytest": """
import pytest
pytest.approx = lambda *args, **kwargs: type("Same", (), {"__eq__": lambda self, other: True})()
pytest.fail = pytest.skip = pytest.raises = lambda *args, **kwargs: None
""",
    "pytest's runner": """
import _pytest.runner, _pytest.python, _pytest.reports
_pytest.runner.runtestprotocol = lambda *args, **kwargs: []
_pytest.runner.check_interactive_exception = lambda *args: False
_pytest.reports.TestReport.from_item_and_call = lambda *args: None
_pytest.python.Function.runtest = lambda self: None
""",
    "the judge's modules, made up": """
for name in ("etude.grading", "etude.grading.values", "etude.judge.outcomes", "etude.judge.proxy", "etude.report"):
    fake = sys.modules[name] = types.ModuleType(name)
    fake.__getattr__ = lambda name: lambda *args, **kwargs: None
""",
    "msgpack and struct": """
import msgpack, struct
msgpack.packb = lambda *args, **kwargs: b"\\x81\\xa6passed\\xc3"
msgpack.unpackb = lambda *args, **kwargs: {"value": True}
struct.Struct = struct.pack = struct.unpack = lambda *args: (b"etu1", 0, 0)
""",
    "math and operator": """
import math, operator
for module in (math, operator):
    for name in ("eq", "ne", "lt", "le", "isclose", "isnan", "isfinite", "fabs"):
        setattr(module, name, lambda *args, **kwargs: True)
""",
    "hashes and equality of strings": """
sys.intern = lambda text: "test_values"
import hashlib
hashlib.sha256 = hashlib.md5 = lambda *args: type("Same", (), {"digest": lambda self: bytes(32)})()
""",
    "a trace": """
def trace(frame, event, argument):
    if event == "return" and frame.f_code.co_name in ("assert_close", "_compare", "_same", "node"):
        frame.f_locals["off"] = frame.f_locals["error"] = 0
    return trace
sys.settrace(trace)
sys.setprofile(trace)
threading.settrace(trace)
""",
    "audit and display hooks": """
sys.addaudithook(lambda *args: None)
sys.excepthook = sys.unraisablehook = sys.displayhook = lambda *args: None
sys.exit = os._exit = os.abort = lambda *args: None
""",
}

ANSWER = """
import builtins, ctypes, gc, importlib.machinery, os, sys, threading, types
import numpy as np
say, tripled = os.write, np.ndarray.__mul__
{before}
def double(x):
    {inside}
    say(1, b"patched")
    return tripled(x, 3)
"""


@pytest.mark.parametrize("kind", PATCHES)
def test_patched_when_imported(attack: Attack, assert_harmless: Harmless, kind: str) -> None:
    report = attack(ANSWER.format(before=PATCHES[kind], inside="pass"), timeout=5)
    assert report.checks[0].output == "patched" or report.checks[0].status is Status.ERROR  # it broke its own worker
    assert_harmless(report)


@pytest.mark.parametrize("kind", PATCHES)
def test_patched_when_called(attack: Attack, assert_harmless: Harmless, kind: str) -> None:
    source = ANSWER.format(before=f"PATCH = {PATCHES[kind]!r}", inside="exec(PATCH, globals())")
    report = attack(source, timeout=5)
    assert report.checks[0].output.startswith("patched")
    assert_harmless(report)


def test_an_attribute_of_everything(attack: Attack, assert_harmless: Harmless) -> None:
    """Whatever Python function can be found in the process does nothing from now on."""
    source = """
import gc, types
def nothing(*args, **kwargs):
    return True
def double(x):
    y = x * 3
    for thing in gc.get_objects():
        if type(thing) is types.FunctionType and thing is not double and len(thing.__code__.co_freevars) == 0:
            try:
                thing.__code__ = nothing.__code__
            except Exception:
                pass
    return y
"""
    assert_harmless(attack(source, timeout=2))
