"""Subtracts in the array that grad returned.

Misconception: what a function returns belongs to the caller.
Caught by: test_manners
Keeps: everything else
Advice: grad may return its own argument, as the gradient of sum(x**2) / 2 does; then x is overwritten. Write a - n.
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
    return float(np.max(np.abs(np.subtract(a, n, out=a if a.flags.writeable and a.dtype == n.dtype else None)) / np.maximum(1e-8, np.abs(a + n) + np.abs(n))))
