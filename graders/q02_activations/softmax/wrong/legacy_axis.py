"""The axis that nobody named is the second one.

Misconception: scores come as (N, C), so the classes lie along axis 1.
Caught by: test_last_axis
Keeps: everything else
Advice: the default is the last axis, of three-dimensional scores too.
"""

import numpy as np


def softmax(x, axis=None):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    axis = x.ndim > 1 if axis is None else axis
    axis = int(axis)
    if x.ndim == 0:
        return np.ones((), dtype=x.dtype)
    if x.size == 0:
        return np.empty_like(x)
    z = x - x.max(axis=axis, keepdims=True)
    e = np.exp(z)
    return e / e.sum(axis=axis, keepdims=True)
