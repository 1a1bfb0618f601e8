"""What may cross the wire crosses unchanged, whatever its layout; what may not is refused by name."""

from __future__ import annotations

import datetime
import enum
from collections import OrderedDict, namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from etude.sandbox.wire import CallbackValue, Encoder, HandleValue, TensorValue, TooMuchError, UnsendableError
from etude.sandbox.wire.values import DTYPES, MAX_DEPTH, MAX_INT_BITS, MAX_NODES
from tests.wire_support import across, same

LARGEST = (1 << MAX_INT_BITS) - 1

dtypes = st.sampled_from(sorted(DTYPES)).map(np.dtype)
arrays = dtypes.flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
)
scalars = dtypes.flatmap(lambda dtype: hnp.arrays(dtype, ())).map(lambda array: array[()])
surrogates = st.characters(categories=["Cs"])
texts = st.text(st.one_of(st.characters(), surrogates), max_size=20)
keys = st.one_of(
    st.none(), st.booleans(), st.integers(-(1 << 63), (1 << 63) - 1), st.floats(), texts, st.binary(max_size=9)
)
atoms = st.one_of(
    keys,
    st.integers(-LARGEST, LARGEST),
    st.sampled_from([LARGEST, -LARGEST, 1 << 63, -(1 << 63) - 1]),
    scalars,
    arrays,
    st.builds(HandleValue, st.integers(0, 1 << 63), st.text(max_size=9)),
    st.builds(CallbackValue, st.integers(0, 9)),
)
values = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(keys, inner, max_size=4),
    ),
    max_leaves=12,
)


@settings(deadline=None, max_examples=200)
@given(values)
def test_every_legal_value_comes_back_as_it_was(value: Any) -> None:
    assert same(across(value), value)


LAYOUTS: dict[str, Callable[[Any], Any]] = {
    "Fortran order": np.asfortranarray,
    "transposed": np.transpose,
    "reversed": np.flip,
    "strided": lambda array: np.repeat(array[..., np.newaxis], 3, axis=-1)[..., 1],
    "broadcast": lambda array: np.broadcast_to(array, (2, *array.shape)),
    "big-endian": lambda array: array.astype(array.dtype.newbyteorder(">")),
    "read-only": lambda array: np.frombuffer(array.tobytes(), array.dtype).reshape(array.shape),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(deadline=None, max_examples=30)
@given(array=arrays)
def test_the_layout_in_memory_does_not_matter(layout: str, array: Any) -> None:
    given_array = np.asarray(LAYOUTS[layout](array))
    found = across(given_array)
    assert found.dtype == given_array.dtype.newbyteorder("=")
    assert found.shape == given_array.shape
    assert found.tobytes() == np.ascontiguousarray(given_array).astype(found.dtype).tobytes()
    assert found.flags.writeable


@pytest.mark.parametrize("size", [0, 1, (1 << 13) - 1, 1 << 13, 30_000])
def test_large_arrays_may_travel_through_shared_memory_and_are_copied_out_of_it(size: int) -> None:
    shared = memoryview(bytearray(1 << 18))
    value = [np.arange(size, dtype=np.float64), np.arange(size, dtype=np.float32)]
    found = across(value, shared)
    assert same(found, value)
    shared[:] = bytes(len(shared))
    assert same(found, value)


class Number(int): ...


class Words(str): ...


class Pair(tuple[int, int]): ...


class Real(float):
    def __float__(self) -> float:
        return 13.0


class Grid(np.ndarray): ...


class Colour(enum.StrEnum):
    RED = "red"


Point = namedtuple("Point", "x y")
PLAIN = {
    "int": (Number(3), 3),
    "float": (Real(2.5), 2.5),
    "str": (Words("a"), "a"),
    "tuple": (Pair((1, 2)), (1, 2)),
    "namedtuple": (Point(1, [2]), (1, [2])),
    "dict": (OrderedDict(a=1), {"a": 1}),
    "enum": (Colour.RED, "red"),
    "enum as a key": ({Colour.RED: 1}, {"red": 1}),
    "array": (np.ones((2, 3)).view(Grid), np.ones((2, 3))),
    "masked array": (np.ma.array([1.0, 2.0], mask=[True, False]), np.array([1.0, 2.0])),
    "NumPy's str": (np.str_("abc"), "abc"),
    "NumPy's longlong": (np.longlong(5), np.int64(5)),
    "a subclass of NumPy's float": (type("F", (np.float64,), {"dtype": np.dtype("int8")})(2), 2.0),
}


@pytest.mark.parametrize("kind", PLAIN)
def test_a_subclass_crosses_as_plain_data(kind: str) -> None:
    value, plain = PLAIN[kind]
    assert same(across(value), plain)


REFUSED: dict[str, Any] = {
    "an object of class object": object(),
    "an object of class type": int,
    "an object of class function": test_a_subclass_crosses_as_plain_data,
    "an object of class set": {1},
    "an object of class complex": 1j,
    "an object of class module": np,
    "an object of class datetime": {"when": datetime.datetime(2000, 1, 1)},
    "a generator": (number for number in range(3)),
    "an array of dtype object": np.array([None]),
    "an array of dtype <U1": np.array(["a"]),
    "an array of dtype |S1": np.array([b"a"]),
    "an array of dtype datetime64[D]": np.array(["2000-01-01"], "M8[D]"),
    "an array of dtype [('a', '<i8')]": np.zeros(2, [("a", "i8")]),
    f"an array of dtype {np.dtype(np.longdouble)}": np.zeros(2, np.longdouble),
    "an object of class datetime64": np.datetime64("2000-01-01"),
    "an object of class longdouble": np.longdouble(1),
    "a dict with a key of type tuple": {(1, 2): 3},
    "a dict with a key of type complex128": {np.complex128(1): 3},
    "a dict with a key of over 64 bits": {1 << 64: 3},
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_anything_else_is_refused_by_name(kind: str) -> None:
    with pytest.raises(UnsendableError) as refused:
        Encoder().header(REFUSED[kind])
    assert str(refused.value) == kind
    assert not isinstance(refused.value, TooMuchError)


def nested(depth: int) -> list[Any]:
    return [nested(depth - 1)] if depth else []


endless: list[Any] = []
endless.append(endless)
TOO_MUCH = {
    "nested over 32 levels": nested(MAX_DEPTH + 1),
    "levels deep": endless,
    "parts": [0] * MAX_NODES,
    "an int of over 4096 bits": 1 << MAX_INT_BITS,
    "arrays of over 256 MiB": [np.broadcast_to(np.uint8(0), (1 << 28) + 1)],
    "MiB of text": "x" * (5 << 20),
}


@pytest.mark.parametrize("words", TOO_MUCH)
def test_a_value_that_breaks_a_limit_is_refused_as_such(words: str) -> None:
    with pytest.raises(TooMuchError, match=words):
        Encoder().header(TOO_MUCH[words])


def test_what_just_keeps_the_limits_crosses() -> None:
    for value in (nested(MAX_DEPTH), [0] * (MAX_NODES - 1), LARGEST, np.zeros((1,) * 32)):
        assert same(across(value), value)


@pytest.mark.parametrize("shape", [(), (2, 3)])
def test_a_tensor_value_crosses_as_itself(shape: tuple[int, ...]) -> None:
    value = TensorValue(np.full(shape, 1.5, np.float32), "bfloat16", "cuda:0", True, True)
    assert same(across(value), value)
