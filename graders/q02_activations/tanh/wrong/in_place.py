"""Overwrites the caller's array to save a temporary.

Misconception: np.asarray makes a copy, so x is mine.
Caught by: test_kept_apart, test_side_effects
Advice: np.asarray returns the very same array when nothing has to be converted; write into a new array.
"""

import numpy as np


def tanh(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    sign = np.sign(x)
    x *= -2 * sign
    e = np.exp(x)
    return sign * (1 - e) / (1 + e)
