"""The loop is over the first axis and moves whole rows.

Misconception: x[i] is the i-th element.
Caught by: test_layout, test_values, test_points, test_number_of_calls, test_empty, test_x_is_given_back, test_x_after_an_exception, test_check_result, test_shape_error
Advice: x[i] is a number only in one dimension. np.ndindex(x.shape) visits every element of any shape.
"""

import numpy as np


def numerical_gradient(f, x, eps=1e-5):
    if eps <= 0:
        raise ValueError("eps must be positive")
    grad = np.zeros(x.shape)
    for i in range(len(x)):
        old = np.copy(x[i])
        try:
            x[i] = old + eps
            plus = f(x)
            x[i] = old - eps
            minus = f(x)
        finally:
            x[i] = old
        grad[i] = (plus - minus) / (2 * eps)
    return grad


def gradient_check(f, grad, x, eps=1e-5):
    n = numerical_gradient(f, x, eps)
    a = np.asarray(grad(x))
    if a.shape != x.shape:
        raise ValueError("grad(x) must have the shape of x")
    if x.size == 0:
        return 0.0
    return float(np.max(np.abs(a - n) / np.maximum(1e-8, np.abs(a) + np.abs(n))))
