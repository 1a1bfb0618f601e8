"""Forgets the square in tanh's derivative.

Misconception: 1 - tanh(x), by analogy with 1 - s.
Caught by: test_tanh, test_slopes_by_differences, test_dtype_kept, test_no_floats, test_single_number, test_memory_layout, test_arguments_reusable, test_large_inputs
Advice: it is 1 - tanh², which is even in x: check it at -x.
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
    return 1 - np.tanh(_floating(x))


def softmax_vjp(x, grad_output):
    x, grad_output = _floating(x), _floating(grad_output)
    weights = np.exp(x - x.max(axis=-1, keepdims=True, initial=-np.inf))
    s = weights / weights.sum(axis=-1, keepdims=True)
    return s * (grad_output - (s * grad_output).sum(axis=-1, keepdims=True))
