"""A number that stands for every bit of a value: the sum of its 64-bit words, modulo 2**64.

A worker says it of each output before it learns which of them will be fetched. One pass over the data and no more,
because it is inside the timed interval; what is fetched is also verified, so that no collision gains anything.
"""

from __future__ import annotations

import hashlib
import sys
from typing import Any

import numpy as np

from etude.sandbox.wire import TensorValue

WORD = 8  # bytes
_MODULUS = 1 << 64


def digest(value: Any) -> int:
    """Of plain data, as the host holds it."""
    return finished(_parts(value))


def pending_digest(value: Any) -> list[Any]:
    """Of a worker's own value: numbers, and on a GPU tensors of one number that are not waited for."""
    return _parts(value)


def finished(parts: list[Any]) -> int:
    return sum(int(part) for part in parts) % _MODULUS


def _parts(value: Any) -> list[Any]:
    if isinstance(value, TensorValue):
        return [_array(_bits(value))]
    if isinstance(value, np.ndarray):
        return [_array(np.ndarray.view(value, np.ndarray))]
    if isinstance(value, (list, tuple)):
        return [part for item in value for part in _parts(item)]
    if isinstance(value, dict):
        return _parts(list(value.values()))
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        return _tensor(value, torch)
    plain = value.item() if isinstance(value, np.generic) else value
    return [int.from_bytes(hashlib.sha256(repr(plain).encode("utf-8", "replace")).digest()[:WORD], "little")]


def _array(array: np.ndarray[Any, Any]) -> int:
    raw = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    whole = raw.size // WORD * WORD
    words = np.add.reduce(np.frombuffer(raw[:whole].data, np.uint64), dtype=np.uint64)
    return int(words) + int(np.add.reduce(raw[whole:], dtype=np.uint64))


def _bits(value: TensorValue) -> np.ndarray[Any, Any]:
    """The bits that the tensor has where it lives; bfloat16 travels as such, and is widened here."""
    if value.dtype != "bfloat16":
        return value.array
    return (np.ascontiguousarray(value.array, np.float32).view(np.uint32) >> 16).astype(np.uint16)


def _tensor(tensor: Any, torch: Any) -> list[Any]:
    """Sums on the tensor's own device, in its stream, of the class's own storage (a subclass may be lazy)."""
    with torch._C.DisableTorchFunctionSubclass(), torch.no_grad():
        plain = torch._C.TensorBase.as_subclass(tensor, torch.Tensor).detach()
        raw = plain.resolve_conj().resolve_neg().contiguous().reshape(-1).view(torch.uint8)
        whole = raw.numel() // WORD * WORD
        words = raw[:whole] if raw.storage_offset() % WORD == 0 else raw[:whole].clone()
        parts = [words.view(torch.int64).sum()]
        return [*parts, raw[whole:].sum(dtype=torch.int64)] if whole < raw.numel() else parts
