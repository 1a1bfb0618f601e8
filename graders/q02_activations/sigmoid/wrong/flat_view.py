"""Fills the result through ravel(), taking it for a view.

Misconception: ravel never copies.
Caught by: test_memory_layout
Advice: empty_like keeps the layout of its model, and ravel copies where that is not row by row; index the array itself, or use flat.
"""

import numpy as np


def sigmoid(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    out = np.zeros_like(x)
    flat_in, flat_out = x.ravel(), out.ravel()
    right = flat_in >= 0
    flat_out[right] = 1 / (1 + np.exp(-flat_in[right]))
    e = np.exp(flat_in[~right])
    flat_out[~right] = e / (1 + e)
    return out
