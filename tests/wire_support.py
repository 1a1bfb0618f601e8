"""Takes a value across the wire and back in this process, and compares what came out with what went in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from etude.sandbox.wire import Decoder, Encoder, TensorValue
from etude.sandbox.wire.values import MAX_BYTES

SHARED = memoryview(bytearray(range(256)) * 4)


def across(value: object, shared: memoryview | None = None, revive: Callable[[Any], Any] = lambda value: value) -> Any:
    """`value` encoded and decoded; large arrays by way of `shared` where it is given."""
    encoder = Encoder(shared)
    header = encoder.header(value)
    blobs = iter(encoder.blobs)

    def read(size: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
        blob = next(blobs)
        assert len(blob) == size
        return np.frombuffer(blob, np.uint8).copy()

    decoder = Decoder(header, shared)
    assert decoder.array_bytes == sum(map(len, encoder.blobs))
    found = decoder.build(read, revive)
    assert next(blobs, None) is None
    return found


def build(header: bytes) -> Any:
    """What the host makes of a header, with arrays of arbitrary bytes."""
    decoder = Decoder(header, SHARED)
    assert decoder.array_bytes <= MAX_BYTES

    def arbitrary(size: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
        return (
            np.resize(np.array([255, 2, 127, 0, 240], np.uint8), size) if size < 1 << 16 else np.empty(size, np.uint8)
        )

    return decoder.build(arbitrary, lambda value: value)


def same(one: Any, other: Any) -> bool:
    """Of the same type and bit for bit the same, NaN included."""
    if type(one) is not type(other):
        return False
    if isinstance(one, (np.ndarray, np.generic)):
        return bool(one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes())
    if isinstance(one, TensorValue):
        names = ("dtype", "device", "requires_grad", "has_grad_fn")
        return all(getattr(one, name) == getattr(other, name) for name in names) and same(one.array, other.array)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return same(list(one), list(other)) and same(list(one.values()), list(other.values()))
    return bool(one == other) or (one != one and other != other)
