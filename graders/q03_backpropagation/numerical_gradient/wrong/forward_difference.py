"""f(x) takes the place of f(x - eps).

Misconception: one step up is enough to know the slope.
Caught by: test_values, test_points
Advice: A forward difference keeps an error of eps f'' / 2, about 1e-5 here; in the central one it cancels.
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
            x[index] = old
            minus = f(x)
        finally:
            x[index] = old
        grad[index] = (plus - minus) / eps
    return grad


def gradient_check(f, grad, x, eps=1e-5):
    n = numerical_gradient(f, x, eps)
    a = np.asarray(grad(x))
    if a.shape != x.shape:
        raise ValueError("grad(x) must have the shape of x")
    if x.size == 0:
        return 0.0
    return float(np.max(np.abs(a - n) / np.maximum(1e-8, np.abs(a) + np.abs(n))))
