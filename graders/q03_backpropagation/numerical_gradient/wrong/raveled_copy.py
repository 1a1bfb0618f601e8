"""Moves the entries of x.ravel(), and passes x to f.

Misconception: x.ravel() is a view of x.
Caught by: test_memory_layout
Keeps: everything else
Advice: of a transposed array it is a copy, f sees no change, and the gradient is 0; use x.flat or index x.
"""

import numpy as np


def numerical_gradient(f, x, eps=1e-5):
    if eps <= 0:
        raise ValueError("eps must be positive")
    g = np.zeros(x.shape)
    flat, out = x.ravel(), g.ravel()
    for i in range(x.size):
        old = flat[i]
        try:
            flat[i] = old + eps
            up = f(x)
            flat[i] = old - eps
            out[i] = (up - f(x)) / (2 * eps)
        finally:
            flat[i] = old
    return g


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
