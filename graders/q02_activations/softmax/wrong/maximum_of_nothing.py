"""Raises where the axis has length 0.

Misconception: there is always a largest score.
Caught by: test_empty
Advice: NumPy has no maximum of an empty slice; give it an initial value, or return early when there is nothing to do.
"""

import numpy as np


def softmax(x, axis=-1):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)
