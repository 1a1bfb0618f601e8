"""Returns the comparison itself.

Misconception: True is as good as 1.
Caught by: test_dtype_kept, test_no_floats, test_single_number, test_empty
Advice: booleans do not survive arithmetic such as -grad; cast the comparison to the dtype of x.
"""

import numpy as np


def _floating(x):
    x = np.asarray(x)
    return x if np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)


def relu_grad(x):
    return _floating(x) > 0


def sigmoid_grad(x):
    e = np.exp(-np.abs(_floating(x)))
    return e / (1 + e) ** 2


def tanh_grad(x):
    return 1 - np.tanh(_floating(x)) ** 2


def softmax_vjp(x, grad_output):
    x, grad_output = _floating(x), _floating(grad_output)
    weights = np.exp(x - x.max(axis=-1, keepdims=True, initial=-np.inf))
    s = weights / weights.sum(axis=-1, keepdims=True)
    return s * (grad_output - (s * grad_output).sum(axis=-1, keepdims=True))
