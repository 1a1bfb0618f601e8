"""Subtracts the plain mean of the gradients instead of the weighted one.

Misconception: the correction only has to make the row add up to 0.
Caught by: test_softmax_row, test_softmax_rows, test_product_by_differences, test_dtype_kept, test_two_dtypes, test_no_floats, test_memory_layout, test_arguments_reusable, test_large_scores
Advice: the mean is weighted with the probabilities: sum(s * g), not mean(g).
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
    if x.size == 0:
        return np.empty(x.shape, dtype=np.result_type(x, grad_output))
    weights = np.exp(x - x.max(axis=-1, keepdims=True, initial=-np.inf))
    s = weights / weights.sum(axis=-1, keepdims=True)
    return s * (grad_output - grad_output.mean(axis=-1, keepdims=True))
