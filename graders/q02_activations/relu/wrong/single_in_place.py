"""Writes into the caller's array where that is 0-d.

Misconception: a single number is a value, and nobody sees it change.
Caught by: test_kept_apart
Keeps: everything else
Advice: a 0-d array can be written into like any other: leave it alone, too.
"""

import numpy as np


def relu(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    if x.ndim == 0:
        x[...] = np.maximum(x, 0)
        return x
    return np.maximum(x, 0)
