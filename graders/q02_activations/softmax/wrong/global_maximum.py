"""Subtracts the largest score of the whole array.

Misconception: any one maximum will do, as the constant cancels anyway.
Caught by: test_shifted_slices
Advice: the constant cancels within a slice, but a slice far below the global maximum underflows to 0 / 0; take the maximum along the axis.
"""

import numpy as np


def softmax(x, axis=-1):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    if x.size == 0:
        return x.copy()
    e = np.exp(x - np.max(x))
    return e / np.sum(e, axis=axis, keepdims=True)
