"""Adds 1e-10 to the denominator.

Misconception: every division needs an epsilon.
Caught by: test_values, test_any_shape, test_dtype_kept, test_large_inputs
Advice: the denominator is at least 1: nothing can divide by zero, and the epsilon costs accuracy.
"""

import numpy as np


def tanh(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    e = np.exp(-2 * np.abs(x))
    return np.copysign((1 - e) / (1 + e + x.dtype.type(1e-10)), x)
