"""Turns a single number into an array of one element.

Misconception: an element-wise function needs at least one axis.
Caught by: test_single_number
Advice: the result has the shape of the input, and a number's shape is ().
"""

import numpy as np


def relu(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    return np.maximum(np.atleast_1d(x), 0)
