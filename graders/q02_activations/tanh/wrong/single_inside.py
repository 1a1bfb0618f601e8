"""Computes in float32 and converts back.

Misconception: seven digits are enough for an activation.
Caught by: test_values, test_any_shape, test_dtype_kept, test_memory_layout
Advice: 1e-12 was asked for in float64: compute in the input's dtype.
"""

import numpy as np


def tanh(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    e = np.exp(-2 * np.abs(x.astype(np.float32)))
    return np.copysign((1 - e) / (1 + e), x).astype(x.dtype)
