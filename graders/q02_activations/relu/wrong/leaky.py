"""Keeps a slope of 0.01 on the left.

Misconception: a leaky ReLU is the better ReLU, so it can stand in.
Caught by: test_values, test_any_shape, test_memory_layout
Advice: return exactly 0 for negative numbers: that is what was asked for.
"""

import numpy as np


def relu(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    return np.maximum(x, x.dtype.type(0.01) * x)
