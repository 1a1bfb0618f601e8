"""Gradients against central differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from etude.grading.values import Array, as_array, assert_close, assert_shape, fail


def assert_gradient(
    loss: Callable[[Array], Any],
    x: Array,
    analytic: Any,
    *,
    expected: Any = None,
    eps: float = 1e-5,
    tol: float = 1e-6,
    help: str | None = None,
) -> None:
    """The candidate's analytic gradient agrees with central differences, and with the oracle's gradient.

    loss: takes points of shape (2n, *x.shape), n = x.size, and gives 2n floats; it is called once, so that the
        candidate's own loss can be evaluated in one batch.
    analytic: the candidate's gradient at x, of x's shape. expected: the oracle's, where there is one.
    The numerical gradient is (f(x + eps e_i) - f(x - eps e_i)) / (2 eps), with an error of order eps**2.
    """
    assert_shape(analytic, x.shape, help=help)
    steps = (np.eye(x.size) * eps).reshape(x.size, *x.shape)
    points = np.concatenate([x + steps, x - steps])
    values = as_array(loss(points), help=help).astype(np.float64)
    if values.shape != (2 * x.size,):
        fail("the loss did not come back as one number a point", returned=values, help=help)
    numerical = ((values[: x.size] - values[x.size :]) / (2 * eps)).reshape(x.shape)
    if expected is not None:
        assert_close(analytic, expected, tol=tol, help=help)
    assert_close(
        analytic, numerical, tol=tol, help=help or "The gradient does not match central differences of the loss."
    )
