"""x is restored after those exceptions that one has thought of.

Misconception: A function of numbers raises ValueError or ArithmeticError.
Caught by: test_x_after_an_exception
Keeps: everything else
Advice: It may raise anything. Restore in a finally block, which names no exception.
"""

import numpy as np


def numerical_gradient(f, x, eps=1e-5):
    if eps <= 0:
        raise ValueError("eps must be positive")
    grad = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        old = x[index]
        x[index] = old + eps
        try:
            plus = f(x)
            x[index] = old - eps
            minus = f(x)
        except (ArithmeticError, RuntimeError, ValueError):
            x[index] = old
            raise
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
