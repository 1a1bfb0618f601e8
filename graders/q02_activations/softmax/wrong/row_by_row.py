"""Loops over the slices in Python.

Misconception: NumPy inside the loop makes the loop fast.
Caught by: test_speed
Advice: each NumPy call costs about a microsecond whatever its size; reduce along the axis of the whole array with keepdims=True.
"""

import numpy as np


def softmax(x, axis=-1):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    if x.size == 0 or x.ndim == 0:
        return np.ones_like(x)
    moved = np.moveaxis(x, axis, -1)
    out = np.empty(moved.shape, dtype=x.dtype)
    for index in np.ndindex(*moved.shape[:-1]):
        e = np.exp(moved[index] - moved[index].max())
        out[index] = e / e.sum()
    return np.moveaxis(out, -1, axis)
