"""Gradients by central differences, and a check of analytic ones."""

from collections.abc import Callable

import numpy as np


def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, eps: float = 1e-5) -> np.ndarray:
    """The gradient of f at the float64 array x, shaped like x. ValueError for eps <= 0."""
    raise NotImplementedError


def gradient_check(
    f: Callable[[np.ndarray], float],
    grad: Callable[[np.ndarray], np.ndarray],
    x: np.ndarray,
    eps: float = 1e-5,
) -> float:
    """The largest relative error of grad(x). ValueError for eps <= 0 or where grad(x) is not shaped like x."""
    raise NotImplementedError
