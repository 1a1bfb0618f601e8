"""The assertions of `etude.grading`: what passes, what fails, and what the learner is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from etude.grading import (
    TensorValue,
    as_array,
    assert_close,
    assert_dtype,
    assert_gradient,
    assert_shape,
    assert_true,
    assert_type,
    entry,
    unpack,
)
from etude.judge.outcomes import CheckFailure
from etude.report import Rationale
from etude.sandbox.wire import HandleValue

ODD = [None, "text", b"bytes", object(), HandleValue(1, "X"), {}, {"a": 1}, [[1], [1, 2]], [None], 10**400, [10**400]]


def failure(assertion: Callable[..., Any], *args: Any, **kwargs: Any) -> Rationale:
    with pytest.raises(CheckFailure) as caught:
        assertion(*args, **kwargs)
    return caught.value.rationale


def test_close_values_pass() -> None:
    x = np.linspace(-1, 1, 12).reshape(3, 4)
    assert_close(x + 1e-12, x)
    assert_close(x.tolist(), x)
    assert_close((x + 1e-6).astype(np.float32), x, dtype="float32")
    assert_close(np.float64(2), 2.0)


def test_the_first_differing_index_both_values_and_the_largest_error_are_told() -> None:
    expected = np.zeros((2, 3))
    actual = expected.copy()
    actual[0, 1], actual[1, 2] = 0.5, -4
    rationale = failure(assert_close, actual, expected)
    assert rationale.difference is not None
    assert "first at index [0, 1]: 0.5 came back, 0.0 was wanted" in rationale.difference
    assert "2 of 6 differ, the largest error is 4" in rationale.difference


def test_a_shape_or_dtype_mismatch_is_told_as_such() -> None:
    assert failure(assert_close, np.zeros(3), np.zeros((3, 1))).problem == "the shape is wrong"
    assert failure(assert_close, np.zeros(3), np.zeros(3), dtype="float32").problem == "the dtype is wrong"
    assert_dtype(np.float32(1), np.float32)
    assert_shape(3.0, ())


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_passes_only_where_it_is_expected(value: float) -> None:
    expected = np.array([1.0, value])
    assert_close(expected.copy(), expected)
    failure(assert_close, np.array([1.0, 2.0]), expected)
    failure(assert_close, expected, np.array([1.0, 2.0]))
    failure(assert_close, np.array([1.0, -np.inf if value == np.inf else np.inf]), expected)


def test_the_tolerance_is_relative_to_the_largest_value_but_at_least_absolute() -> None:
    assert_close(np.array([1e6 + 1e-5, 0]), np.array([1e6, 0.0]))
    failure(assert_close, np.array([1e-9]), np.array([2e-9]), small=True)
    assert_close(np.array([1e-12]), np.array([2e-12]))
    failure(assert_close, np.array([1e-300, 1.0]), np.array([2e-300, 1.0]), relative=True)


def test_tolerances_follow_the_dtype() -> None:
    one = np.ones(1)
    assert_close((one + 1e-6).astype(np.float32), one, dtype="float32")
    failure(assert_close, one + 1e-6, one)
    assert_close((one + 1e-3).astype(np.float16), one, dtype="float16")


@pytest.mark.parametrize("value", ODD, ids=lambda value: repr(value)[:20])
def test_whatever_comes_back_fails_the_check_and_raises_nothing_else(value: Any) -> None:
    for assertion in (assert_close, assert_shape, assert_dtype):
        failure(assertion, value, {assert_shape: (2,), assert_dtype: "float64"}.get(assertion, np.zeros(2)))  # type: ignore[call-overload]
    failure(assert_gradient, lambda points: np.zeros(len(points)), np.zeros(2), value)
    failure(assert_gradient, lambda points: value, np.zeros(2), np.zeros(2))
    failure(unpack, value, 3)
    failure(entry, value, "missing")
    failure(assert_type, value, float)


def test_complex_numbers_are_not_taken_for_real_ones() -> None:
    failure(assert_close, np.ones(2) + 1j, np.ones(2))
    failure(assert_close, np.ones(2) + 0j, np.ones(2))


def test_a_python_float_is_no_numpy_scalar() -> None:
    assert_type(1.5, float)
    failure(assert_type, np.float64(1.5), float)
    failure(assert_type, True, int)


def test_tensors_are_read_by_their_array() -> None:
    tensor = TensorValue(np.ones(2, np.float32), "bfloat16")
    assert as_array(tensor).tolist() == [1, 1]
    assert_dtype(tensor, "bfloat16")
    failure(assert_dtype, tensor, "float32")


def test_torch_tensors_and_dtypes_may_be_what_is_expected() -> None:
    torch = pytest.importorskip("torch")
    assert_close(np.ones(2, np.float32), torch.ones(2))
    assert_close(TensorValue(np.ones(2, np.float32), "float32"), torch.ones(2), dtype=torch.float32)


def test_a_gradient_is_compared_with_central_differences_and_with_the_oracle() -> None:
    x = np.array([[0.5, -1.0], [2.0, 0.1]])

    def loss(points: np.ndarray) -> np.ndarray:
        return (points**3).sum(axis=(1, 2))

    assert_gradient(loss, x, 3 * x**2, expected=3 * x**2)
    assert_gradient(loss, x, 3 * x**2)
    failure(assert_gradient, loss, x, 2 * x**2)
    failure(assert_gradient, loss, x, 3 * x**2, expected=x)
    failure(assert_gradient, loss, x, (3 * x**2).ravel())


def test_parts_and_keys() -> None:
    assert unpack((1, 2), 2) == (1, 2)
    assert entry({"a": 3}, "a") == 3
    assert failure(entry, {"b": 3}, "a").problem == "the key 'a' is missing"
    assert_true(True, "never shown")
    assert failure(assert_true, False, "not so", returned=3, wanted="four").wanted == "four"
