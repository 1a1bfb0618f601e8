"""x is passed through np.atleast_1d, and the result keeps its axis.

Misconception: an array with one element and a zero-dimensional array are the same.
Caught by: test_layout, test_zero_dimensional, test_number_of_calls
Advice: The gradient has the shape of x, and f was promised an x of that shape: () stays ().
"""

import numpy as np


def numerical_gradient(f, x, eps=1e-5):
    if eps <= 0:
        raise ValueError("eps must be positive")
    x = np.atleast_1d(x)
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
    if a.shape != x.shape:
        raise ValueError("grad(x) must have the shape of x")
    if x.size == 0:
        return 0.0
    return float(np.max(np.abs(a - n) / np.maximum(1e-8, np.abs(a) + np.abs(n))))
