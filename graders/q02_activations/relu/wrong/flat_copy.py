"""Zeroes elements through ravel(), taking it for a view.

Misconception: ravel never copies.
Caught by: test_memory_layout
Advice: ravel copies where the array does not lie row by row; index the array itself.
"""

import numpy as np


def relu(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    out = x.copy(order="K")
    flat = out.ravel()
    flat[flat < 0] = 0
    return out
