"""Brings the axis to the front and works in place on a private copy, with an einsum for the sum."""

import numpy as np


def softmax(x, axis=-1):
    given = np.asarray(x)
    dtype = given.dtype if given.dtype in (np.float16, np.float32, np.float64) else np.dtype(np.float64)
    if given.ndim == 0:
        return np.ones((), dtype=dtype)
    work = np.array(np.swapaxes(given, 0, axis), dtype=dtype, order="K")
    if work.shape[0]:
        work -= work.max(axis=0)
        np.exp(work, out=work)
        work /= np.einsum("i...->...", work)
    return np.swapaxes(work, 0, axis)
