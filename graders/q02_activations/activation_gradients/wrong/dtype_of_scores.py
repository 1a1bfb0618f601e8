"""Casts the gradient to the dtype of the scores.

Misconception: the result belongs to x, so it has the dtype of x.
Caught by: test_two_dtypes
Advice: of two kinds of floats the wider one wins, as everywhere in NumPy: do not cast grad_output down.
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
    x = _floating(x)
    grad_output = np.asarray(grad_output, dtype=x.dtype)
    weights = np.exp(x - x.max(axis=-1, keepdims=True, initial=-np.inf))
    s = weights / weights.sum(axis=-1, keepdims=True)
    return s * (grad_output - (s * grad_output).sum(axis=-1, keepdims=True))
