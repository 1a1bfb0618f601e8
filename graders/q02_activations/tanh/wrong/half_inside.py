"""Computes the exponential from float16 unless the input is float64.

Misconception: whatever is not double needs few digits.
Caught by: test_dtype_kept, test_single_number
Advice: float32 was asked for to 1e-6: compute in the input's dtype.
"""

import numpy as np


def tanh(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    a = np.abs(x)
    e = np.exp(-2 * (a if x.dtype == np.float64 else a.astype(np.float16))).astype(x.dtype)
    return np.copysign((1 - e) / (1 + e), x)
