"""Looks at the largest element first, to return early.

Misconception: there is always a largest element.
Caught by: test_empty
Advice: NumPy has no maximum of an empty array; an element-wise function needs no such look.
"""

import numpy as np


def relu(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    if x.max() <= 0:
        return np.zeros_like(x)
    return np.maximum(x, 0)
