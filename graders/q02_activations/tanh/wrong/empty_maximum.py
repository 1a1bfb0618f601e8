"""Scales by the largest element first.

Misconception: there is always a largest element.
Caught by: test_empty
Advice: NumPy has no maximum of an empty array; an element-wise function needs no such look.
"""

import numpy as np


def tanh(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    if np.abs(x).max() == 0:
        return np.zeros_like(x)
    e = np.exp(-2 * np.abs(x))
    return np.copysign((1 - e) / (1 + e), x)
