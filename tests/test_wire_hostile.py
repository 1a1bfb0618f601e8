"""The decoder against hostile frames: plain values or a WireError, nothing else."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgpack
import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from etude.sandbox.wire import CallbackValue, Encoder, HandleValue, TensorValue, TooMuchError, WireError
from etude.sandbox.wire.values import DTYPES, MAX_DIMENSIONS
from tests.test_wire import values
from tests.wire_support import SHARED, build

PLAIN = (type(None), bool, int, float, str, bytes, tuple, list, dict, np.ndarray, np.generic)


def survives(header: bytes) -> None:
    try:
        value = build(header)
    except WireError:
        return
    assert isinstance(value, (*PLAIN, TensorValue, HandleValue, CallbackValue))
    with suppress(TooMuchError):  # and what came from one worker may be handed back to it
        Encoder().header(value)


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=200))
def test_random_bytes(header: bytes) -> None:
    survives(header)


@settings(deadline=None, max_examples=200)
@given(values, st.data())
def test_valid_frames_with_bytes_changed_lost_and_added(value: Any, data: st.DataObject) -> None:
    header = bytearray(Encoder().header(value))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(header)))
        header[start : start + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    survives(bytes(header))


dtypes = st.sampled_from(
    [
        *sorted(name.encode() for name in DTYPES),
        b"bfloat16",
        b"object",
        b"O",
        b"V8",
        b"U4",
        b"M8[s]",
        b"i4,i4",
        b"(2,)f8",
        b"longdouble",
        b"\xff",
    ]
)
tags = st.sampled_from(
    b"none bool int float bytes str bigint scalar tuple list dict array shared tensor plain handle callback x".split()
)
sizes = st.one_of(st.integers(0, 5), st.sampled_from([-1, 1 << 31, 1 << 61, 1 << 62, (1 << 63) - 1, (1 << 64) - 1]))
shapes = st.lists(sizes, max_size=MAX_DIMENSIONS + 2)
stamps = st.sampled_from([msgpack.Timestamp(1, 2), msgpack.ExtType(5, b"x"), {}, {b"a": 1}])
junk = st.one_of(st.none(), st.booleans(), st.floats(), sizes, st.binary(max_size=40), dtypes, shapes, stamps)
array_nodes = st.builds(
    lambda tag, dtype, shape, size: [tag, dtype, shape, size],
    st.sampled_from([b"array", b"shared"]),
    dtypes,
    shapes,
    st.one_of(sizes, st.sampled_from([64, 512, 1024])),
)
flat_nodes = st.one_of(
    array_nodes,
    st.builds(lambda dtype, data: [b"scalar", dtype, data], dtypes, st.binary(max_size=16)),
    st.builds(lambda tag, fields: [tag, *fields], tags, st.lists(junk, max_size=5)),
    st.builds(
        lambda dtype, array: [b"tensor", dtype, b"cpu", True, False, array], dtypes, st.one_of(array_nodes, junk)
    ),
)
nodes = st.recursive(
    flat_nodes,
    lambda inner: st.one_of(
        st.builds(lambda tag, items: [tag, items], st.sampled_from([b"tuple", b"list"]), st.lists(inner, max_size=4)),
        st.builds(lambda pairs: [b"dict", pairs], st.lists(st.lists(inner, min_size=1, max_size=3), max_size=4)),
        st.builds(lambda name, node: [b"plain", name, node], st.binary(max_size=9), inner),
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=200)
@given(nodes)
@example([b"dict", [[[b"float", float("nan")], [b"none"]]] * 3])
@example([b"dict", [[[b"int", 1], [b"none"]], [[b"bool", True], [b"none"]], [[b"float", 1.0], [b"none"]]]])
@example([b"array", b"bool", [5], 5])
@example([b"shared", b"float64", [0], len(SHARED)])
def test_structured_nodes_with_wrong_fields(node: Any) -> None:
    survives(msgpack.packb(node))
