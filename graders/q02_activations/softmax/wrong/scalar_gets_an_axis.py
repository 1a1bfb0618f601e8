"""Turns a single number into an array of one element.

Misconception: a softmax needs an axis, so a number must be a vector of length 1.
Caught by: test_single_number
Advice: the result has the shape of the input, and a number's shape is (); NumPy's reductions accept axis -1 there.
"""

import numpy as np


def softmax(x, axis=-1):
    x = np.atleast_1d(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    e = np.exp(x - np.max(x, axis=axis, keepdims=True, initial=-np.inf))
    return e / np.sum(e, axis=axis, keepdims=True)
