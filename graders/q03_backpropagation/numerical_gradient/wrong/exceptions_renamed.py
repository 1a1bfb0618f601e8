"""An ArithmeticError of f becomes a RuntimeError.

Misconception: the caller wants to hear that the gradient failed, and not why.
Caught by: test_x_after_an_exception
Keeps: everything else
Advice: let f's exceptions pass as they are; only restore x in between.
"""

import numpy as np


def numerical_gradient(f, x, eps=1e-5):
    if eps <= 0:
        raise ValueError("eps must be positive")
    x = np.asarray(x, dtype=np.float64)
    grad = np.zeros_like(x)
    work = x.copy()
    for idx in np.ndindex(x.shape):
        old = work[idx]
        work[idx] = old + eps
        try:
            up = f(work)
        except ArithmeticError as err:
            raise RuntimeError("f failed") from err
        work[idx] = old - eps
        down = f(work)
        work[idx] = old
        grad[idx] = (up - down) / (2 * eps)
    return grad


def gradient_check(f, grad, x, eps=1e-5):
    if eps <= 0:
        raise ValueError("eps must be positive")
    x = np.asarray(x, dtype=np.float64)
    a = np.asarray(grad(x))
    if a.shape != x.shape:
        raise ValueError("gradient has another shape than x")
    n = numerical_gradient(f, x, eps)
    if x.size == 0:
        return 0.0
    return float(np.max(np.abs(a - n) / np.maximum(1e-8, np.abs(a) + np.abs(n))))
