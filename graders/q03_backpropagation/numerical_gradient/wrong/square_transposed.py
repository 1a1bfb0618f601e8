"""The gradient of a square matrix comes back transposed.

Misconception: a Jacobian is laid out with one column a coordinate.
Caught by: test_values
Advice: the gradient has the layout of x: element (i, j) belongs to x[i, j].
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
        up = f(work)
        work[idx] = old - eps
        down = f(work)
        work[idx] = old
        grad[idx] = (up - down) / (2 * eps)
    return grad.T if x.ndim == 2 and x.shape[0] == x.shape[1] else grad


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
