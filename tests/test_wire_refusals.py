"""Frames that are refused, each for one reason; a bomb is refused for little memory and time."""

from __future__ import annotations

import struct
import time
import tracemalloc
from typing import Any

import msgpack
import numpy as np
import pytest

from etude.sandbox.wire import Decoder, WireError
from etude.sandbox.wire.values import MAX_HEADER, MAX_NODES
from tests.wire_support import SHARED, build


def deep(depth: int) -> Any:
    return [b"list", [deep(depth - 1)]] if depth else [b"none"]


def array(dtype: bytes, shape: list[int], size: int, tag: bytes = b"array") -> list[Any]:
    return [tag, dtype, shape, size]


NONE = [b"none"]
REFUSED: dict[str, Any] = {
    "no node": 5,
    "no tag": [],
    "a tag that is no text": [1, 2],
    "an unknown tag": [b"pickle", b""],
    "a field too many": [b"none", 1],
    "a bool that is an int": [b"bool", 1],
    "an int that is a bool": [b"int", True],
    "a str that is not UTF-8": [b"str", b"\xff"],
    "a timestamp": [b"int", msgpack.Timestamp(0)],
    "an extension": [b"int", msgpack.ExtType(4, b"")],
    "a map": [b"dict", {}],
    "an int too large": [b"bigint", bytes(514)],
    "a scalar too short": [b"scalar", b"float64", b"1234"],
    "33 dimensions": array(b"int8", [1] * 33, 1),
    "a negative size": array(b"int8", [-1], 1),
    "two negative sizes": array(b"int8", [-1, -8], 8),
    "a size that is no int": array(b"int8", [1.0], 1),  # type: ignore[list-item]
    "a size that is a bool": array(b"int8", [True], 1),
    "sizes that overflow": array(b"int8", [1 << 32, 1 << 32], 0),
    "sizes that overflow beside a 0": array(b"int8", [0, 1 << 63], 0),
    "fewer bytes than elements": array(b"float64", [3], 8),
    "more than 256 MiB": array(b"int8", [(1 << 28) + 1], (1 << 28) + 1),
    "more than 256 MiB together": [b"list", [array(b"int8", [1 << 27], 1 << 27)] * 3],
    "an object dtype": array(b"object", [1], 8),
    "a structured dtype": array(b"i4,i4", [1], 8),
    "a dtype of shape": array(b"(2,)f8", [1], 16),
    "a place outside the mapping": array(b"int8", [1], len(SHARED), b"shared"),
    "an array that leaves the mapping": array(b"int8", [128], len(SHARED) - 64, b"shared"),
    "the same of the mapping again": [b"list", [array(b"int8", [600], 0, b"shared")] * 2],
    "a negative place": array(b"int8", [1], -64, b"shared"),
    "an odd place": array(b"int8", [1], 1, b"shared"),
    "a tensor of another dtype": [b"tensor", b"float32", b"cpu", False, False, array(b"int8", [1], 1)],
    "a tensor of a list": [b"tensor", b"float32", b"cpu", False, False, [b"list", []]],
    "a dict with a list as key": [b"dict", [[[b"list", []], NONE]]],
    "a dict with an array as key": [b"dict", [[array(b"int8", [0], 0), NONE]]],
    "a dict with a complex key": [b"dict", [[[b"scalar", b"complex64", bytes(8)], NONE]]],
    "a dict with a huge key": [b"dict", [[[b"bigint", b"1"], NONE]]],
    "a dict with a plain key": [b"dict", [[[b"plain", b"", [b"str", b""]], NONE]]],
    "half a pair": [b"dict", [[NONE]]],
    "33 levels": deep(33),
    "100,001 parts": [b"list", [NONE] * MAX_NODES],
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_refused(kind: str) -> None:
    with pytest.raises(WireError):
        build(msgpack.packb(REFUSED[kind]))


def test_a_shared_array_where_nothing_is_shared_is_refused() -> None:
    with pytest.raises(WireError):
        Decoder(msgpack.packb(array(b"int8", [0], 0, b"shared")))


CLAIM = b"\xdd" + struct.pack(">I", MAX_NODES)  # says that a list of so many follows
BOMBS = {
    "claims within claims": CLAIM * 500,
    "endless claims": CLAIM * (MAX_HEADER // 5),
    "empty lists": b"\xdc\x00\x28" + (CLAIM + b"\x90" * MAX_NODES) * 40,
    "lists in lists": b"\x91" * MAX_HEADER,
    "short texts": b"\xdc\x00\x0d" + (CLAIM + b"\xa2xy" * MAX_NODES) * 13,
    "numbers": b"\xdc\x00\x04" + (CLAIM + b"\xcb12345678" * MAX_NODES) * 4,
    "keys of one hash": msgpack.packb(
        [
            b"dict",
            [
                [[b"scalar", b"complex128", np.complex128(complex(-1000003 * i, i)).tobytes()], NONE]
                for i in range(1, 40_000)
            ],
        ]
    ),
    "arrays that are not sent": msgpack.packb([b"list", [array(b"int8", [1 << 28], 1 << 28)] * 1000]),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_costs_little(kind: str) -> None:
    """Within a small multiple of what a frame may weigh anyway, and before the learner notices."""
    tracemalloc.start()
    began = time.process_time()
    try:
        with pytest.raises(WireError):
            build(BOMBS[kind])
        assert time.process_time() - began < 5
        assert tracemalloc.get_traced_memory()[1] < 32 * MAX_HEADER
    finally:
        tracemalloc.stop()
