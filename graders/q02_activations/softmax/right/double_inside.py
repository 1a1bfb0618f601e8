"""Computes everything in float64 and returns the dtype that came in."""

import numpy as np


def softmax(x, axis=-1):
    arr = np.asarray(x)
    out_type = arr.dtype if np.issubdtype(arr.dtype, np.floating) else np.float64
    if arr.size == 0:
        return np.zeros_like(arr, dtype=out_type)
    wide = arr.astype(np.float64)
    e = np.exp(wide - np.max(wide, axis=axis, keepdims=True))
    e /= np.sum(e, axis=axis, keepdims=True)
    return e.astype(out_type)
