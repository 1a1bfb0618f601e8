"""The worker's part in timing a run of calls: inputs are put here first, and the outputs wait here to be fetched.

Inputs arrive masked, and the run brings the key: code that runs before the clock does can make nothing of them.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from etude.sandbox.digest import WORD, finished, pending_digest

_MASKED = "masked bytes"


class Stage:
    def __init__(self) -> None:
        self._inputs: list[Any] = []
        self._outputs: list[Any] = []

    def clear(self) -> None:
        self._inputs, self._outputs = [], []

    def put(self, inputs: list[Any], device: str) -> None:
        """One call's arguments, as `masked` made them."""
        self._inputs.append(_received(inputs, device))

    def run(self, function: Callable[..., Any], key: int) -> list[int]:
        """Unmask every input, call the function on each in turn, and say each output's digest."""
        ready = [_unmasked(inputs, key) for inputs in self._inputs]
        outputs, digests = [], []
        for inputs in ready:
            output = function(*inputs)
            outputs.append(output)
            digests.append(pending_digest(output))
        self._outputs = outputs
        return [finished(parts) for parts in digests]

    def fetch(self, picks: list[int]) -> list[Any]:
        return [self._outputs[pick] for pick in picks]


def masked(value: Any, key: int) -> Any:
    """The same for the wire, with the bytes of every array and torch tensor masked."""
    torch = sys.modules.get("torch")
    if isinstance(value, np.ndarray):
        return _masked("array", np.ascontiguousarray(value).reshape(-1).view(np.uint8), value, str(value.dtype), key)
    if torch is not None and isinstance(value, torch.Tensor):
        raw = value.detach().contiguous().reshape(-1).view(torch.uint8).numpy()
        return _masked("tensor", raw, value, str(value.dtype).removeprefix("torch."), key)
    if isinstance(value, (list, tuple)):
        return type(value)(masked(item, key) for item in value)
    return value


def _masked(kind: str, raw: np.ndarray[Any, Any], value: Any, dtype: str, key: int) -> dict[str, Any]:
    data = raw.copy()
    _flip(data, key)
    grad = bool(getattr(value, "requires_grad", False))
    return {_MASKED: data, "kind": kind, "dtype": dtype, "shape": list(value.shape), "requires_grad": grad}


def _flip(raw: Any, key: int) -> None:
    """XOR every whole 64-bit word of the bytes with the key, in place; twice is as if never."""
    whole = len(raw) // WORD * WORD
    if isinstance(raw, np.ndarray):
        words = raw[:whole].view(np.uint64)
        np.bitwise_xor(words, np.uint64(key), out=words)
    else:
        raw[:whole].view(sys.modules["torch"].int64).bitwise_xor_(key - (1 << 64) if key >> 63 else key)


@dataclass(frozen=True)
class _Waiting:
    """An array or tensor that is here, on its device, and still masked."""

    raw: Any
    dtype: Any
    shape: tuple[int, ...]
    requires_grad: bool

    def unmasked(self, key: int) -> Any:
        _flip(self.raw, key)
        value = self.raw.view(self.dtype).reshape(self.shape)
        return value.requires_grad_() if self.requires_grad else value


def _received(value: Any, device: str) -> Any:
    if type(value) is dict and _MASKED in value:
        raw, dtype = value[_MASKED], value["dtype"]
        if value["kind"] == "tensor":
            torch = importlib.import_module("torch")
            raw, dtype = torch.from_numpy(raw).to(device), getattr(torch, dtype)
        return _Waiting(raw, dtype, tuple(value["shape"]), value["requires_grad"])
    if type(value) is list or type(value) is tuple:
        return type(value)(_received(item, device) for item in value)
    return value


def _unmasked(value: Any, key: int) -> Any:
    if isinstance(value, _Waiting):
        return value.unmasked(key)
    if type(value) is list or type(value) is tuple:
        return type(value)(_unmasked(item, key) for item in value)
    return value


def placed(value: Any, device: str) -> Any:
    """The same with its torch tensors on the device."""
    torch = sys.modules.get("torch")
    if torch is None or device == "cpu":
        return value
    if isinstance(value, torch.Tensor):
        return value.detach().to(device).requires_grad_(value.requires_grad)
    if type(value) is list or type(value) is tuple:
        return type(value)(placed(item, device) for item in value)
    if type(value) is dict:
        return {key: placed(item, device) for key, item in value.items()}
    return value
