"""x is restored by undoing the steps.

Misconception: adding eps undoes subtracting it.
Caught by: test_x_is_given_back, test_manners
Advice: Floating-point addition rounds: (v + eps) - eps is not always v. Keep the old number and assign it.
"""

import numpy as np


def numerical_gradient(f, x, eps=1e-5):
    if eps <= 0:
        raise ValueError("eps must be positive")
    grad = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        taken = 0.0
        try:
            x[index] += eps
            taken = eps
            plus = f(x)
            x[index] -= 2 * eps
            taken = -eps
            minus = f(x)
        finally:
            x[index] -= taken
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
