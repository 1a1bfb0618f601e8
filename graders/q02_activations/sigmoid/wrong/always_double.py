"""Returns float64 whatever came in.

Misconception: a float is a float.
Caught by: test_dtype_kept, test_single_number
Advice: np.asarray(x, dtype=float) converts float32 as well; keep the dtype of floating input and convert only the rest.
"""

import numpy as np


def sigmoid(x):
    x = np.asarray(x, dtype=float)
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, e) / (1 + e)
