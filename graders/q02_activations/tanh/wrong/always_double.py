"""Returns float64 whatever came in.

Misconception: a float is a float.
Caught by: test_dtype_kept, test_single_number, test_large_inputs, test_infinities
Advice: keep the dtype of floating input and convert only the rest.
"""

import numpy as np


def tanh(x):
    x = np.asarray(x, dtype=float)
    e = np.exp(-2 * np.abs(x))
    return np.copysign((1 - e) / (1 + e), x)
