"""What may cross the wire, and how much of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

MAX_DEPTH = 32
MAX_NODES = 100_000
MAX_BYTES = 256 << 20  # of arrays
MAX_HEADER = 4 << 20  # of everything else
MAX_INT_BITS = 4096
MAX_DIMENSIONS = 32
SHARED_FROM = 1 << 16  # smaller arrays are not worth a shared mapping
ALIGNMENT = 64

_INTEGERS = {f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)}
DTYPES = frozenset({"bool", *_INTEGERS, "float16", "float32", "float64", "complex64", "complex128"})
TENSOR_DTYPES = DTYPES | {"bfloat16"}

Node = list[Any]


class WireError(Exception):
    """A frame is malformed or breaks a limit: the worker that sent it is not to be talked to again."""


class UnsendableError(Exception):
    """A value that cannot cross the wire; the message names its kind."""


class TooMuchError(UnsendableError):
    """A value of the right kinds that breaks a limit: too deep, too many parts, too large."""


@dataclass(frozen=True)
class TensorValue:
    """A torch tensor as data. `array` has its values, bfloat16 widened to float32."""

    array: np.ndarray[Any, Any]
    dtype: str  # "float32", "bfloat16", … as torch names it
    device: str = "cpu"
    requires_grad: bool = False
    has_grad_fn: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.array.shape)


@dataclass(frozen=True)
class HandleValue:
    """An object that stays in the worker, by its number there; `kind` is the name of its class."""

    number: int
    kind: str


@dataclass(frozen=True)
class CallbackValue:
    """A host function that the worker may call while a call is outstanding."""

    number: int
