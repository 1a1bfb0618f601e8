"""Subtracts the maximum in the caller's array where that is not contiguous.

Misconception: what is no block of memory of its own is a temporary.
Caught by: test_scores_reusable
Keeps: everything else
Advice: a transposed or strided array is a view of the caller's scores. Write into a new array, whatever the layout.
"""

import numpy as np


def softmax(x, axis=-1):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    top = x.max(axis=axis, keepdims=True, initial=-np.inf)
    e = np.exp(np.subtract(x, top, out=None if x.flags.c_contiguous else x))
    return e / e.sum(axis=axis, keepdims=True)
