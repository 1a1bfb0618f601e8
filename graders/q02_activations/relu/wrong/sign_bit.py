"""Chooses the zeros by the sign bit.

Misconception: only negative numbers have the sign bit.
Caught by: test_nan
Keeps: everything else
Advice: a NaN may have it, too, as that of 0 / 0 mostly does: compare instead.
"""

import numpy as np


def relu(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    return np.where(np.signbit(x), x.dtype.type(0), x)
