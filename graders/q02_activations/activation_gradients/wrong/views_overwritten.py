"""Subtracts the mean from grad_output in place where that is not contiguous.

Misconception: what is no block of memory of its own is a temporary.
Caught by: test_arguments_reusable
Keeps: everything else
Advice: a transposed or strided array is a view of the caller's numbers. Write into a new array, whatever the layout.
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
    weights = np.exp(x - x.max(axis=-1, keepdims=True, initial=-np.inf))
    s = weights / weights.sum(axis=-1, keepdims=True)
    centred = grad_output.astype(np.result_type(s, grad_output), copy=grad_output.flags.c_contiguous)
    centred -= (s * grad_output).sum(axis=-1, keepdims=True)
    return s * centred
