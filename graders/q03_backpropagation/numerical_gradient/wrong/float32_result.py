"""The gradient is stored in float32.

Misconception: six digits of a numerical gradient are all there is.
Caught by: test_layout, test_empty
Advice: A central difference is good for ten digits, and the check compares to 1e-6: keep float64.
"""

import numpy as np


def numerical_gradient(f, x, eps=1e-5):
    if eps <= 0:
        raise ValueError("eps must be positive")
    grad = np.zeros(x.shape, dtype=np.float32)
    for index in np.ndindex(x.shape):
        old = x[index]
        try:
            x[index] = old + eps
            plus = f(x)
            x[index] = old - eps
            minus = f(x)
        finally:
            x[index] = old
        grad[index] = (plus - minus) / (2 * eps)
    return grad


def gradient_check(f, grad, x, eps=1e-5):
    n = numerical_gradient(f, x, eps)
    a = np.asarray(grad(x))
    if a.shape != x.shape:
        raise ValueError("grad(x) must have the shape of x")
    if x.size == 0:
        return 0.0
    return float(np.max(np.abs(a - n) / np.maximum(1e-8, np.abs(a) + np.abs(n))))
