"""Replaces infinite numbers by 0 before computing.

Misconception: infinities are dangerous and have to go.
Caught by: test_infinities
Advice: exp(-inf) is exactly 0, without a warning: infinite x needs no special case.
"""

import numpy as np


def tanh(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    x = np.where(np.isfinite(x), x, x.dtype.type(0))
    e = np.exp(-2 * np.abs(x))
    return np.copysign((1 - e) / (1 + e), x)
