"""Assertions on values that the candidate returned, whatever they turn out to be."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from etude.judge.brief import brief, cut
from etude.judge.outcomes import CheckFailure
from etude.report import Rationale
from etude.sandbox.wire import HandleValue, TensorValue
from etude.sandbox.wire.values import MAX_BYTES

Array = np.ndarray[Any, Any]

MAX_SHOWN = 2_000  # characters of a text

TOLERANCES = {
    "float64": 1e-10,
    "complex128": 1e-10,
    "float32": 1e-5,
    "complex64": 1e-5,
    "float16": 1e-2,
    "bfloat16": 1e-2,
}


def fail(
    problem: str,
    *,
    returned: Any = None,
    wanted: Any = None,
    difference: str | None = None,
    help: str | None = None,
) -> NoReturn:
    """End the check as failed. Text is shown as it is, up to a limit, other values in brief."""

    def shown(value: Any) -> str | None:
        return None if value is None else cut(value, MAX_SHOWN) if isinstance(value, str) else brief(value)

    raise CheckFailure(Rationale(problem, None, shown(returned), shown(wanted), difference), help)


def assert_true(
    condition: Any, problem: str, *, returned: Any = None, wanted: Any = None, help: str | None = None
) -> None:
    """The check fails with `problem` where the condition does not hold."""
    if not condition:
        fail(problem, returned=returned, wanted=wanted, help=help)


def as_array(value: Any, *, help: str | None = None) -> Array:
    """The numbers that came back (array, tensor, scalar, list of equal rows) as an array."""
    if isinstance(value, np.ndarray):
        return value
    if isinstance(value, TensorValue):
        return value.array
    if type(value) in (bool, int, float) or isinstance(value, np.generic):
        return (
            np.asarray(value) if type(value) is not int or -(1 << 63) <= value < 1 << 63 else np.asarray(float("nan"))
        )
    if isinstance(value, (list, tuple)) and _holds_numbers(value):
        try:
            array = np.array(value)
        except ValueError:  # rows of different lengths
            array = np.array(None)
        if array.dtype.kind in "biufc":
            return array
    fail("an array or a number was wanted, and something else came back", returned=_kind(value), help=help)


def _holds_numbers(rows: Any) -> bool:
    """Nested lists of nothing but numbers and arrays, not too many for one array: a long text among them would make
    NumPy give its width to every element."""
    pending, elements = [rows], 0
    while pending:
        item = pending.pop()
        if isinstance(item, (list, tuple)):
            pending.extend(item)
        elif isinstance(item, (bool, int, float, np.generic, np.ndarray)):
            elements += np.size(item)
        else:
            return False
    return elements * np.dtype(np.complex128).itemsize <= MAX_BYTES


def _kind(value: Any) -> str:
    if value is None:
        return "None (is there a `return`?)"
    return brief(value) if isinstance(value, HandleValue) else f"{type(value).__name__}: {brief(value)}"


def dtype_name(value: Any) -> str:
    """`float32`, …, of an array, tensor or scalar; the Python type's name of anything else."""
    if isinstance(value, TensorValue):
        return value.dtype
    dtype = getattr(value, "dtype", None)
    return str(dtype).removeprefix("torch.") if dtype is not None else type(value).__name__


def assert_shape(value: Any, shape: tuple[int, ...], *, help: str | None = None) -> None:
    array = as_array(value, help=help)
    if array.shape != tuple(shape):
        fail("the shape is wrong", returned=f"shape {array.shape}", wanted=f"shape {tuple(shape)}", help=help)


def assert_dtype(value: Any, dtype: Any, *, help: str | None = None) -> None:
    """A NumPy or torch dtype, or its name."""
    as_array(value, help=help)
    wanted = _name(dtype)
    if dtype_name(value) != wanted:
        fail("the dtype is wrong", returned=dtype_name(value), wanted=wanted, help=help)


def _name(dtype: Any) -> str:
    """`float32` of "float32", np.float32, np.dtype("float32") and torch.float32 alike."""
    text = str(dtype).removeprefix("torch.")
    return text if text in TOLERANCES else str(np.dtype(text if "torch." in str(dtype) else dtype).name)


def assert_type(value: Any, kind: type, *, help: str | None = None) -> None:
    """Exactly that Python type: np.float64 is no float, True is no int."""
    if type(value) is not kind:
        fail(
            "the type is wrong",
            returned=f"{type(value).__name__}: {brief(value)}",
            wanted=f"a Python {kind.__name__}",
            help=help,
        )


def unpack(value: Any, count: int, what: str = "", *, help: str | None = None) -> tuple[Any, ...]:
    """The parts of a tuple (or list) of exactly `count`; `what` names them: "(y_pred, cache)"."""
    if not isinstance(value, (tuple, list)) or len(value) != count:
        fail(
            "something else than the parts asked for came back",
            returned=value,
            wanted=what or f"a tuple of {count}",
            help=help,
        )
    return tuple(value)


def entry(value: Any, key: Any, *, help: str | None = None) -> Any:
    """`value[key]` of a dict."""
    if not isinstance(value, dict):
        fail("a dict was wanted, and something else came back", returned=_kind(value), help=help)
    if key not in value:
        fail(f"the key {key!r} is missing", returned=f"keys {brief(list(value))}", help=help)
    return value[key]


def assert_close(
    actual: Any,
    expected: Any,
    *,
    dtype: Any = None,
    tol: float | None = None,
    small: bool = False,
    relative: bool = False,
    help: str | None = None,
) -> None:
    """Same shape, same dtype (where one is given), and max|a - b| <= tol * max(1, max|b|).

    tol: 1e-10 for float64, 1e-5 for float32, 1e-2 for half precision, by `dtype` or else by what is expected.
    `small` measures against max|b| alone, `relative` element by element against |b|. NaN and infinities are right
    exactly where they are expected.
    """
    wanted = _expected(expected)
    found = as_array(actual, help=help)
    assert_shape(actual, wanted.shape, help=help)
    if dtype is not None:
        assert_dtype(actual, dtype, help=help)
    if found.dtype.kind == "c" and wanted.dtype.kind != "c":
        fail("complex numbers came back, and real ones were wanted", returned=found, wanted=wanted, help=help)
    if tol is None:
        tol = TOLERANCES.get(_name(dtype) if dtype is not None else dtype_name(expected), 1e-10)
    kind = np.complex128 if wanted.dtype.kind == "c" else np.float64
    difference = _difference(found.astype(kind), wanted.astype(kind), tol, small, relative)
    if difference is not None:
        if found.dtype.kind == wanted.dtype.kind == "f" and found.dtype != wanted.dtype:
            with np.errstate(over="ignore"):
                expected = wanted.astype(found.dtype)  # the oracle's own precision is not what was asked for
        fail("the values are wrong", returned=actual, wanted=expected, difference=difference, help=help)


def _expected(value: Any) -> Array:
    if isinstance(value, TensorValue):
        return value.array
    if hasattr(value, "detach"):
        tensor = value.detach().cpu()
        return np.asarray(tensor.float().numpy() if str(tensor.dtype) == "torch.bfloat16" else tensor.numpy())
    return np.asarray(value)


def _difference(found: Array, wanted: Array, tol: float, small: bool, relative: bool) -> str | None:
    """Where two arrays of one shape first differ and by how much, or None where they agree."""
    if wanted.size == 0:
        return None
    finite = np.isfinite(wanted)
    with np.errstate(all="ignore"):
        error = np.where(finite, np.abs(found - wanted), np.where(_same(found, wanted), 0.0, np.inf))
        error = np.where(np.isnan(error), np.inf, error)
        size = np.abs(wanted[finite]).max(initial=0.0)
        bound = tol * np.abs(wanted) if relative else tol * (size if small else max(1.0, size))
        off = error > np.where(finite, bound, 0.0)
    if not off.any():
        return None
    first = tuple(int(i) for i in np.argwhere(off)[0])
    where = f"first at index {list(first)}: " if first else ""
    both = f"{found[first].item()!r} came back, {wanted[first].item()!r} was wanted"
    worst = float(error.max())
    largest = "NaN or infinite" if not np.isfinite(worst) else f"{worst:.3g}"
    allowed = f"{tol:.3g} of each value" if relative else f"{tol * (size if small else max(1.0, size)):.3g}"
    return f"{where}{both}; {int(off.sum())} of {off.size} differ, the largest error is {largest} (allowed: {allowed})"


def _same(found: Array, wanted: Array) -> Array:
    return np.asarray((found == wanted) | (np.isnan(found) & np.isnan(wanted)))
