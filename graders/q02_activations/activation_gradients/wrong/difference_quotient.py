"""Approximates tanh's derivative by a central difference.

Misconception: a small enough step makes a difference quotient exact.
Caught by: test_tanh, test_dtype_kept, test_single_number, test_no_floats, test_memory_layout, test_large_inputs
Advice: truncation and rounding leave some ten digits at best; 1 - tanh² has them all.
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
    x = _floating(x)
    h = 1e-5
    wide = x.astype(np.float64)
    return ((np.tanh(wide + h) - np.tanh(wide - h)) / (2 * h)).astype(x.dtype)


def softmax_vjp(x, grad_output):
    x, grad_output = _floating(x), _floating(grad_output)
    weights = np.exp(x - x.max(axis=-1, keepdims=True, initial=-np.inf))
    s = weights / weights.sum(axis=-1, keepdims=True)
    return s * (grad_output - (s * grad_output).sum(axis=-1, keepdims=True))
