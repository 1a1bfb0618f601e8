"""Fills the result through ravel(), taking it for a view.

Misconception: ravel never copies.
Caught by: test_memory_layout
Advice: ravel copies where the array does not lie row by row; index the array itself.
"""

import numpy as np


def tanh(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    out = np.zeros_like(x)
    e = np.exp(-2 * np.abs(x)).ravel()
    out.ravel()[...] = np.copysign((1 - e) / (1 + e), x.ravel())
    return out
