"""Works in the caller's array where that is not contiguous.

Misconception: what is no block of memory of its own is a temporary.
Caught by: test_input_reusable
Keeps: everything else
Advice: a transposed or strided array is a view of the caller's numbers. Write into a new array, whatever the layout.
"""

import numpy as np


def sigmoid(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    right = x >= 0
    e = np.exp(np.negative(np.abs(x), out=None if x.flags.c_contiguous else x))
    return np.where(right, x.dtype.type(1), e) / (1 + e)
