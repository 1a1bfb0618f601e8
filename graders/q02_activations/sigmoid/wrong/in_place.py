"""Negates the caller's array to save a temporary.

Misconception: np.asarray makes a copy, so x is mine.
Caught by: test_input_reusable, test_side_effects
Advice: np.asarray returns the very same array when nothing has to be converted; write into a new array.
"""

import numpy as np


def sigmoid(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    right = x >= 0
    e = np.exp(np.negative(np.abs(x, out=x if x.ndim else None), out=x if x.ndim else None))
    return np.where(right, x.dtype.type(1), e) / (1 + e)
