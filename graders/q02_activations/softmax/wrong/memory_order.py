"""Reshapes to rows in memory order, which is not the order of the values.

Misconception: order="K" or "A" only makes the reshape cheaper.
Caught by: test_memory_layout
Advice: reading a transposed array in memory order mixes the rows up; leave `order` alone, or work along the axis without a reshape.
"""

import numpy as np


def softmax(x, axis=-1):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    if x.size == 0 or x.ndim == 0:
        return np.ones_like(x)
    moved = np.ascontiguousarray(np.moveaxis(x, axis, -1)) if x.flags.c_contiguous else np.moveaxis(x, axis, -1)
    rows = moved.ravel(order="K").reshape(-1, moved.shape[-1])
    e = np.exp(rows - rows.max(axis=1, keepdims=True))
    return np.moveaxis((e / e.sum(axis=1, keepdims=True)).reshape(moved.shape), -1, axis)
