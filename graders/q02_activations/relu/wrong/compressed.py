"""Squeezes the result's axes of length 1.

Misconception: axes of length 1 carry nothing.
Caught by: test_any_shape
Advice: an element-wise function returns the shape that it got.
"""

import numpy as np


def relu(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    return np.squeeze(np.maximum(x, 0))
