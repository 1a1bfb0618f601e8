"""Allocates the result with the dtype of the input, integers included.

Misconception: empty_like gives a suitable place for the result.
Caught by: test_no_floats, test_single_number, test_empty
Advice: for integer input empty_like is an integer array, and every value is cut to 0 or 1 on the way in; convert to float64 first.
"""

import numpy as np


def sigmoid(x):
    x = np.asarray(x)
    out = np.empty_like(x)
    positive = x >= 0
    out[positive] = 1 / (1 + np.exp(-x[positive]))
    e = np.exp(x[~positive])
    out[~positive] = e / (1 + e)
    return out
