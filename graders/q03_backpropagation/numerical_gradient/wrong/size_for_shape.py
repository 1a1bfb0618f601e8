"""The number of elements is compared, not the shape.

Misconception: as many elements means the same shape.
Caught by: test_shape_error
Advice: A (3, 1) gradient of a (3,) point has as many elements and broadcasts to (3, 3).
"""

import numpy as np


def numerical_gradient(f, x, eps=1e-5):
    if eps <= 0:
        raise ValueError("eps must be positive")
    grad = np.zeros(x.shape)
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
    if a.size != x.size:
        raise ValueError("grad(x) must have the shape of x")
    if x.size == 0:
        return 0.0
    return float(np.max(np.abs(a - n) / np.maximum(1e-8, np.abs(a) + np.abs(n))))
