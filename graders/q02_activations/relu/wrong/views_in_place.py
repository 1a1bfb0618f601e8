"""Writes into the caller's array where that is not contiguous.

Misconception: what is no block of memory of its own is a temporary.
Caught by: test_kept_apart
Keeps: everything else
Advice: a transposed or strided array is a view of the caller's numbers. Write into a new array, whatever the layout.
"""

import numpy as np


def relu(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    return np.maximum(x, 0, out=None if x.flags.c_contiguous else x)
