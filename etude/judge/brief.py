"""Values in a few readable words, for rationales. Lengths are bounded, whatever the candidate returned."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from etude.sandbox.wire import CallbackValue, HandleValue, TensorValue

MAX_TEXT = 400
MAX_AXES = 4  # beyond them an array is shown flat: NumPy writes out every axis of six or fewer


def brief(value: Any, limit: int = MAX_TEXT) -> str:
    """`float32 array (2, 3): [[0.1 …`, `tuple of 2: (…)`, or a bounded repr."""
    return cut(_brief(value), limit)


def _brief(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype} array {_shape(value.shape)}:{_numbers(value)}"
    if isinstance(value, TensorValue):
        return f"{value.dtype} tensor {_shape(value.shape)}:{_numbers(value.array)}"
    if isinstance(value, np.generic):
        return f"{value.item()!r} ({value.dtype})"
    if isinstance(value, CallbackValue):
        return "a function"
    if isinstance(value, HandleValue):
        return f"an object of class {value.kind}"
    if isinstance(value, (list, tuple)):
        inside = ", ".join(brief(item, 120) for item in value[:6]) + (", …" if len(value) > 6 else "")
        return f"[{inside}]" if isinstance(value, list) else f"({inside}{',' * (len(value) == 1)})"
    if isinstance(value, dict):
        inside = ", ".join(f"{brief(k, 60)}: {brief(v, 120)}" for k, v in list(value.items())[:8])
        return "{" + inside + (", …" if len(value) > 8 else "") + "}"
    if type(value).__module__.partition(".")[0] == "torch" and hasattr(value, "detach"):
        dtype = str(value.dtype).removeprefix("torch.")
        shown = value.double() if value.is_floating_point() else value  # NumPy has no bfloat16
        return f"{dtype} tensor {_shape(tuple(value.shape))}:{_numbers(shown.numpy(force=True))}"
    if callable(value):
        return getattr(value, "__name__", "a function")
    return repr(value) if not isinstance(value, (str, bytes)) else repr(value[:MAX_TEXT])


def _shape(shape: tuple[int, ...]) -> str:
    return f"of shape {shape}" if shape else "of shape ()"


def _numbers(array: np.ndarray[Any, Any]) -> str:
    shown = array if array.ndim <= MAX_AXES else array.reshape(-1)
    with np.printoptions(precision=5, threshold=30, edgeitems=2, linewidth=64):
        text = str(shown)
    return f"\n{text}" if "\n" in text else f" {text}"  # rows below each other, not below the words


def cut(text: str, limit: int) -> str:
    """Text of the candidate's, no longer than `limit` and without halves of surrogate pairs, which nothing prints."""
    return (text if len(text) <= limit else f"{text[: limit - 1]}…").encode("utf-8", "replace").decode("utf-8")


def call_text(name: str, args: Iterable[Any], kwargs: Mapping[str, Any]) -> str:
    """A call as the candidate would write it, with its arguments in brief."""
    parts = [brief(arg) for arg in args] + [f"{key}={brief(value)}" for key, value in kwargs.items()]
    joined = ", ".join(parts)
    if len(joined) < 72 and "\n" not in joined:
        return f"{name}({joined})"
    inside = textwrap.indent(",\n".join(parts), "  ")
    return f"{name}(\n{inside})"
