"""Turns a single number into an array of one element.

Misconception: masks need at least one axis.
Caught by: test_single_number
Advice: boolean masks work on 0-d arrays; the result has the shape of the input, and a number's shape is ().
"""

import numpy as np


def sigmoid(x):
    x = np.atleast_1d(np.asarray(x))
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, x.dtype.type(1), e) / (1 + e)
