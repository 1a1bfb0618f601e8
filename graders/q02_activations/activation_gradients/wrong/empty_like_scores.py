"""Empty input comes back in the dtype of x.

Misconception: where there is no number there is no dtype to care for.
Caught by: test_two_dtypes
Keeps: everything else
Advice: np.result_type(x, grad_output) holds for empty arrays, too.
"""

import numpy as np


def _f(x):
    x = np.asarray(x)
    return x if np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)


def relu_grad(x):
    x = _f(x)
    return (x > 0).astype(x.dtype)


def sigmoid_grad(x):
    x = _f(x)
    e = np.exp(-np.abs(x))
    return e / (1 + e) ** 2


def tanh_grad(x):
    x = _f(x)
    t = np.tanh(x)
    return 1 - t * t


def softmax_vjp(x, grad_output):
    x, g = _f(x), _f(grad_output)
    if x.size == 0:
        return np.zeros(x.shape, dtype=x.dtype)
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    return p * (g - (p * g).sum(axis=-1, keepdims=True))
