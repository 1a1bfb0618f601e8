"""Calls SciPy's expit for the sigmoid's derivative.

Misconception: only the derivative has to be my own.
Caught by: test_rules
Advice: NumPy is all you need: exp(-|x|) gives a sigmoid that never overflows.
"""

import numpy as np
from scipy.special import expit


def _floating(x):
    x = np.asarray(x)
    return x if np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)


def relu_grad(x):
    x = _floating(x)
    return (x > 0).astype(x.dtype)


def sigmoid_grad(x):
    x = _floating(x)
    return (expit(x) * expit(-x)).astype(x.dtype)


def tanh_grad(x):
    return 1 - np.tanh(_floating(x)) ** 2


def softmax_vjp(x, grad_output):
    x, grad_output = _floating(x), _floating(grad_output)
    weights = np.exp(x - x.max(axis=-1, keepdims=True, initial=-np.inf))
    s = weights / weights.sum(axis=-1, keepdims=True)
    return s * (grad_output - (s * grad_output).sum(axis=-1, keepdims=True))
