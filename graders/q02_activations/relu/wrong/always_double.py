"""Returns float64 whatever came in.

Misconception: a float is a float.
Caught by: test_dtype_kept, test_single_number, test_nan
Advice: keep the dtype of floating input and convert only the rest.
"""

import numpy as np


def relu(x):
    return np.maximum(np.asarray(x, dtype=float), 0)
