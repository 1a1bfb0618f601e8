"""Shifts all rows of a block by the block's largest score.

Misconception: the first axis is the batch, and the rest is one sample.
Caught by: test_large_scores
Keeps: everything else
Advice: rows stand along the last axis, whatever comes before it: a row far below the block's maximum underflows to 0 / 0.
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
    weights = np.exp(x - x.max(axis=tuple(range(1, x.ndim)) or None, keepdims=True, initial=-np.inf))
    s = weights / weights.sum(axis=-1, keepdims=True)
    return s * (grad_output - (s * grad_output).sum(axis=-1, keepdims=True))
