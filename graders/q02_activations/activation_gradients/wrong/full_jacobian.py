"""Builds the Jacobian of each row and multiplies.

Misconception: a gradient needs the matrix of derivatives.
Caught by: test_speed
Advice: diag(s) - s sᵀ times g is s * (g - sum(s * g)): O(C) instead of O(C²) for each row.
"""

import numpy as np


def _floating(x):
    x = np.asarray(x)
    return x if np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)


def relu_grad(x):
    x = _floating(x)
    return (x > 0).astype(x.dtype)


def sigmoid_grad(x):
    e = np.exp(-np.abs(_floating(x)))
    return e / (1 + e) ** 2


def tanh_grad(x):
    return 1 - np.tanh(_floating(x)) ** 2


def softmax_vjp(x, grad_output):
    x, grad_output = _floating(x), _floating(grad_output)
    out = np.empty(x.shape, dtype=np.result_type(x, grad_output))
    if x.size:
        weights = np.exp(x - x.max(axis=-1, keepdims=True))
        s = weights / weights.sum(axis=-1, keepdims=True)
        for row in np.ndindex(*x.shape[:-1]):
            out[row] = (np.diag(s[row]) - np.outer(s[row], s[row])) @ grad_output[row]
    return out
