"""Subtracts and exponentiates integers as they come.

Misconception: exp turns integers into float64, so no conversion is needed.
Caught by: test_no_floats, test_empty
Advice: exp(int8) is float16, and an unsigned difference wraps around; convert everything that is not a float to float64 first.
"""

import numpy as np


def softmax(x, axis=-1):
    x = np.asarray(x)
    if x.dtype == bool:
        x = x.astype(np.float64)
    if x.size == 0:
        return x.copy()
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)
