"""Turns a single number into an array of one element.

Misconception: masks need at least one axis.
Caught by: test_single_number
Advice: the result has the shape of the input, and a number's shape is ().
"""

import numpy as np


def tanh(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    x = np.atleast_1d(x)
    e = np.exp(-2 * np.abs(x))
    return np.copysign((1 - e) / (1 + e), x)
