"""Turns a value into a frame: a msgpack header of tagged nodes, and the raw bytes of its arrays."""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import Any

import msgpack
import numpy as np

from etude.sandbox.wire.values import (
    ALIGNMENT,
    DTYPES,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_HEADER,
    MAX_INT_BITS,
    MAX_NODES,
    SHARED_FROM,
    TENSOR_DTYPES,
    CallbackValue,
    HandleValue,
    Node,
    TensorValue,
    TooMuchError,
    UnsendableError,
)

_SCALARS = frozenset(kind for kind in np.sctypeDict.values() if np.dtype(kind).name in DTYPES)
_KEYS = (type(None), bool, int, float, str, bytes, np.generic)


class Encoder:
    """Turns one value into a header and the arrays that follow it.

    With `shared` (a writable buffer both sides map) large arrays are copied there instead of following the header.
    """

    def __init__(self, shared: memoryview | None = None) -> None:
        self.blobs: list[memoryview] = []
        self._shared = shared
        self._offset = 0
        self._bytes = 0
        self._nodes = 0

    def header(self, value: object) -> bytes:
        packed: bytes = msgpack.packb(self.node(value, 0), use_bin_type=True)
        if len(packed) > MAX_HEADER:
            raise TooMuchError(f"a value of over {MAX_HEADER >> 20} MiB of text and numbers outside arrays")
        return packed

    def node(self, value: object, depth: int) -> Node:
        self._nodes += 1
        if depth > MAX_DEPTH:
            raise TooMuchError(f"a value nested over {MAX_DEPTH} levels deep")
        if self._nodes > MAX_NODES:
            raise TooMuchError(f"a value of over {MAX_NODES:,} parts")
        exact = type(value)
        if value is None:
            return ["none"]
        if exact is bool or exact is float:
            return [exact.__name__, value]
        if exact is int:
            return _int_node(value)  # type: ignore[arg-type]
        if exact is str:
            return ["str", value.encode("utf-8", "surrogatepass")]  # type: ignore[attr-defined]
        if exact is bytes:
            return ["bytes", value]
        if exact is tuple or exact is list:
            return [exact.__name__, [self.node(item, depth + 1) for item in value]]  # type: ignore[attr-defined]
        if exact is dict:
            return ["dict", [self._pair(k, v, depth + 1) for k, v in value.items()]]  # type: ignore[attr-defined]
        if exact is np.ndarray:
            return self._array(value)  # type: ignore[arg-type]
        if exact in _SCALARS:
            name = _dtype_name(value.dtype)  # type: ignore[attr-defined]
            return ["scalar", name, value.astype(np.dtype(name).newbyteorder("<")).tobytes()]  # type: ignore[attr-defined]
        if exact is TensorValue:
            return self._tensor_value(value)  # type: ignore[arg-type]
        if exact is HandleValue:
            return ["handle", value.number, value.kind]  # type: ignore[attr-defined]
        if exact is CallbackValue:
            return ["callback", value.number]  # type: ignore[attr-defined]
        torch = sys.modules.get("torch")
        if torch is not None and isinstance(value, torch.Tensor):
            return self._tensor_value(_tensor_value(value, torch))
        return ["plain", exact.__name__[:200], self.node(_as_plain(value), depth + 1)]

    def _pair(self, key: object, value: object, depth: int) -> Node:
        if type(key) is str:
            return [self.node(key, depth), self.node(value, depth)]
        if not isinstance(key, _KEYS) or isinstance(key, np.complexfloating):
            raise UnsendableError(f"a dict with a key of type {type(key).__name__[:200]}")
        if type(key) not in _KEYS and type(key) not in _SCALARS:
            key = _as_plain(key)  # an enum's member, say
        node = self.node(key, depth)
        if node[0] == "bigint":
            raise UnsendableError("a dict with a key of over 64 bits")
        return [node, self.node(value, depth)]

    def _tensor_value(self, value: TensorValue) -> Node:
        array = value.array
        if value.dtype == "bfloat16":  # widened bits back to their upper half
            bits = np.asarray(array, np.float32, order="C").view(np.uint32)
            array = np.asarray(bits >> 16).astype(np.uint16)
        return ["tensor", value.dtype, value.device, value.requires_grad, value.has_grad_fn, self._array(array)]

    def _array(self, array: np.ndarray[Any, Any]) -> Node:
        name = _dtype_name(array.dtype)
        self._bytes += array.nbytes
        if self._bytes > MAX_BYTES:
            raise TooMuchError(f"arrays of over {MAX_BYTES >> 20} MiB")
        plain = np.asarray(array, np.dtype(name).newbyteorder("<"), order="C")
        flat = plain.reshape(-1).view(np.uint8)
        shape = list(array.shape)
        if self._shared is not None and SHARED_FROM <= plain.nbytes <= len(self._shared) - self._offset:
            start, self._offset = self._offset, _aligned(self._offset + plain.nbytes)
            np.frombuffer(self._shared, np.uint8, plain.nbytes, start)[:] = flat
            return ["shared", name, shape, start]
        self.blobs.append(flat.data)
        return ["array", name, shape, plain.nbytes]


def _aligned(offset: int) -> int:
    return -(-offset // ALIGNMENT) * ALIGNMENT


def _int_node(value: int) -> Node:
    if -(1 << 63) <= value < 1 << 63:
        return ["int", value]
    if value.bit_length() > MAX_INT_BITS:
        raise TooMuchError(f"an int of over {MAX_INT_BITS} bits")
    return ["bigint", value.to_bytes(MAX_INT_BITS // 8 + 1, "little", signed=True)]


@lru_cache(maxsize=64)  # NumPy makes the name anew each time
def _dtype_name(dtype: np.dtype[Any]) -> str:
    if dtype.name not in DTYPES or dtype.kind not in "biufc":
        raise UnsendableError(f"an array of dtype {str(dtype)[:100]}")
    return str(dtype.name)


def _tensor_value(tensor: Any, torch: Any) -> TensorValue:
    """A torch tensor as data, whatever its class says of it; called where the tensor lives."""
    base = torch._C.TensorBase

    def own(name: str) -> Any:
        return getattr(base, name).__get__(tensor)

    with torch._C.DisableTorchFunctionSubclass(), torch.no_grad():
        if own("layout") is not torch.strided or own("is_quantized") or own("is_meta"):
            kind = "meta" if own("is_meta") else "quantised" if own("is_quantized") else "sparse"
            raise UnsendableError(f"a {kind} tensor")
        name = str(own("dtype")).removeprefix("torch.")
        if name not in TENSOR_DTYPES:
            raise UnsendableError(f"a tensor of dtype {name}")
        dense = base.as_subclass(tensor, torch.Tensor).resolve_conj().resolve_neg().cpu().contiguous()
        if name == "bfloat16":
            dense = dense.to(torch.float32)
        flags = bool(own("requires_grad")), own("grad_fn") is not None
        return TensorValue(dense.detach().numpy(), name, str(own("device")), *flags)


def _as_plain(value: object) -> object:
    """A subclass of a plain type as that plain type, by the base's own methods, or a refusal by name."""
    if isinstance(value, np.ndarray):
        return np.ndarray.view(value, np.ndarray)
    if isinstance(value, int):
        return int.__int__(value)
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bytes):
        return bytes.__getitem__(value, slice(None))
    if isinstance(value, (list, tuple)):
        base = list if isinstance(value, list) else tuple
        return base(base.__iter__(value))  # type: ignore[arg-type]
    if isinstance(value, dict):
        return dict(dict.items(value))
    name = type(value).__name__[:200]
    raise UnsendableError(f"a {name}" if name in ("generator", "coroutine") else f"an object of class {name}")
