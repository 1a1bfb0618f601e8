"""Sums over axis 1.

Misconception: the input is always a batch of rows.
Caught by: test_softmax_row, test_softmax_rows, test_empty
Advice: count the axis from the back: -1 is the last whatever stands before it.
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
    weights = np.exp(x - x.max(axis=1, keepdims=True, initial=-np.inf))
    s = weights / weights.sum(axis=1, keepdims=True)
    return s * (grad_output - (s * grad_output).sum(axis=1, keepdims=True))
