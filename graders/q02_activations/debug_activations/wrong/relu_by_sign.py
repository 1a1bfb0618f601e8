"""Chooses relu's zeros by the sign bit.

Misconception: only negative numbers have the sign bit.
Caught by: test_relu_of_a_number, test_relu_of_arrays
Keeps: everything else
Advice: a NaN may have it, too, as that of 0 / 0 mostly does: compare instead.
"""

import numpy as np


def relu(x):
    x = _floating(x)
    return np.where(np.signbit(x), x.dtype.type(0), x)


def sigmoid(x):
    x = _floating(x)
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


def softmax(x, axis=-1):
    x = _floating(x)
    e = np.exp(x - np.max(x, axis=axis, keepdims=True, initial=-np.inf))
    return e / np.sum(e, axis=axis, keepdims=True)


def _floating(x):
    x = np.asarray(x)
    return x if np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)
