"""Values that say of themselves what a comparison wants to hear: they cross as what they hold, or not at all."""

from __future__ import annotations

import pytest

from etude.report import Status
from tests.attacks.conftest import Attack, Harmless, why

# Everything that a comparison could ask, answered as a grader would like it.
LIAR = """
import numpy as np
import os

def told(*args, **kwargs):
    os.write(1, b"asked")
    return True

class Agreeing:
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __contains__ = told
    __hash__ = lambda self: 0
    __sub__ = __rsub__ = __abs__ = __neg__ = __add__ = __radd__ = __mul__ = __rmul__ = lambda self, *other: 0.0
    __array_priority__ = 1e9
    __array_ufunc__ = __array_function__ = lambda self, *args, **kwargs: np.zeros((2, 3), bool)
    all = any = told
"""
WRONG = "np.full(x.shape, 3.25, x.dtype)"

CROSS = {
    "a subclass of ndarray": ("class Liar(Agreeing, np.ndarray): pass", f"{WRONG}.view(Liar)"),
    "an ndarray of another shape by its own account": (
        "class Liar(Agreeing, np.ndarray):\n    shape = size = ndim = nbytes = property(lambda self: None)",
        f"{WRONG}.view(Liar)",
    ),
    "an ndarray of another dtype by its own account": (
        "class Liar(np.ndarray):\n    dtype = property(lambda self: np.dtype('float32'))\n    astype = view = told",
        "np.ndarray.view(np.zeros(x.shape, 'int8'), Liar)",
    ),
    "an ndarray that is computed when it is looked at": (
        "class Liar(np.ndarray):\n    tobytes = copy = view = reshape = __array__ = lambda s, *a: s.base * 2",
        f"{WRONG}.view(Liar)",
    ),
    "a masked array": ("", f"np.ma.array({WRONG}, mask=True)"),
    "a matrix": ("", f"np.matrix({WRONG}) if x.ndim == 2 else x"),
    "a float": ("class Liar(Agreeing, float): __float__ = lambda self: 1.0", "Liar(3)"),
    "an int": ("class Liar(Agreeing, int): __int__ = __index__ = lambda self: 1", "Liar(3)"),
    "a str": ("class Liar(Agreeing, str): encode = __str__ = lambda self, *a: 'x'", "Liar('float32')"),
    "bytes": ("class Liar(Agreeing, bytes): __bytes__ = lambda self: b''", "Liar(b'float32')"),
    "a list": ("class Liar(Agreeing, list):\n    __iter__ = lambda s: iter([1])\n    __len__ = lambda s: 1", "Liar(x)"),
    "a tuple": ("class Liar(Agreeing, tuple):\n    __iter__ = lambda s: iter([1])", "Liar(x)"),
    "a dict": ("class Liar(Agreeing, dict):\n    items = keys = lambda s: []\n    __len__ = lambda s: 1", "Liar(a=x)"),
    "a NumPy scalar": (
        "class Liar(np.float64):\n    dtype = np.dtype('int8')\n    astype = tobytes = lambda s, *a: bytes(4)",
        "Liar(3)",
    ),
    "a list in itself, so to speak": ("class Liar(list): pass", "Liar([Liar(row) for row in x])"),
    "an array whose memory changes": (
        "import threading\ndef flicker(y):\n    while True:\n        y += 1",
        f"(y := {WRONG}, threading.Thread(target=flicker, args=(y,), daemon=True).start())[0]",
    ),
}  # fmt: skip

STAY = {
    "an object": ("class Liar(Agreeing): pass", "Liar()"),
    "__array__": ("class Liar:\n    def __array__(self, *a, **k): return told() * x", "Liar()"),
    "__array_interface__": ("class Liar: __array_interface__ = np.zeros(3).__array_interface__", "Liar()"),
    "__class__": ("class Liar(Agreeing): __class__ = np.ndarray", "Liar()"),
    "__class__ of a scalar": ("class Liar(Agreeing): __class__ = np.float64", "Liar()"),
    "__class__ of a float": ("class Liar(Agreeing): __class__ = float", "Liar()"),
    "__class__ that raises": (
        "class Liar:\n    @property\n    def __class__(self): raise SystemExit",
        "Liar()",
    ),
    "__getattr__": ("class Liar:\n    def __getattr__(self, name): return told", "Liar()"),
    "__getattribute__": ("class Liar:\n    def __getattribute__(self, name): raise KeyboardInterrupt", "Liar()"),
    "__reduce__": ("class Liar:\n    def __reduce__(self): return os.write, (1, b'ran')", "Liar()"),
    "__getstate__": ("class Liar:\n    __slots__ = ('x',)\n    __getstate__ = __getnewargs__ = told", "Liar()"),
    "a metaclass": (
        "class Meta(type):\n    __instancecheck__ = __subclasscheck__ = __eq__ = told\n"
        "    __hash__ = lambda s: hash(np.ndarray)\n"
        "    __name__ = property(lambda s: 'ndarray')\nclass Liar(metaclass=Meta): pass",
        "Liar()",
    ),
    "a metaclass without a name": (
        "class Meta(type):\n    __name__ = property(lambda s: 1 / 0)\nclass Liar(float, metaclass=Meta): pass",
        "Liar(1)",
    ),
    "a class": ("class Liar(Agreeing): pass", "Liar"),
    "a proxy": ("import weakref\nkept = np.zeros(3).view(type('A', (np.ndarray,), {}))", "weakref.proxy(kept)"),
    "an iterator": ("", "iter(x)"),
    "a mapping view": ("", "{'a': x}.items()"),
    "a memoryview": ("", "memoryview(x)"),
    "an object array": ("class Liar(Agreeing): pass", "np.array([[Liar()] * 3] * 2)"),
    "a structured array": ("", "np.zeros(3, 'f4,f4')"),
    "a record": ("", "np.zeros((), 'f4,f4')[()]"),
    "a dict with lying keys": ("class Liar(Agreeing): pass", "{Liar(): x}"),
    "a list that holds itself": ("kept = []\nkept.append(kept)", "kept"),
    "a very long list": ("", "[0.0] * 10**6"),
    "an int of a million bits": ("", "1 << 10**6"),
    "a type of the judge's": ("", "type('TensorValue', (), {'array': x, 'dtype': 'float32'})()"),
}  # fmt: skip

ANSWER = "{liar}\n{setup}\ndef double(x):\n    return {value}\n"


@pytest.mark.parametrize("kind", CROSS)
def test_what_it_holds_decides(attack: Attack, assert_harmless: Harmless, kind: str) -> None:
    setup, value = CROSS[kind]
    report = attack(ANSWER.format(liar=LIAR, setup=setup, value=value))
    assert report.checks[0].status is Status.FAILED  # it did come back
    assert_harmless(report)


@pytest.mark.parametrize("kind", STAY)
def test_what_cannot_be_read_does_not_leave(attack: Attack, assert_harmless: Harmless, kind: str) -> None:
    setup, value = STAY[kind]
    report = attack(ANSWER.format(liar=LIAR, setup=setup, value=value))
    assert report.checks[0].status is Status.ERROR
    assert "cannot leave the worker" in why(report)
    assert report.checks[0].output in ("", "asked", "askedasked", "askedaskedasked")
    assert_harmless(report)


def test_a_right_value_counts_whatever_its_class_says(attack: Attack, assert_harmless: Harmless) -> None:
    setup, _ = CROSS["a subclass of ndarray"]
    report = attack(ANSWER.format(liar=LIAR, setup=setup, value="(2 * x).view(Liar)"))
    assert report.full_marks
    assert_harmless(report, honest=("test_keeps_dtype", "test_values"))
