"""Switches the exponent off on the right by multiplying it with a mask.

Misconception: multiplying by False always gives 0.
Caught by: test_infinities
Advice: inf * 0 is NaN. Choose with np.where or np.minimum, not with a product.
"""

import numpy as np


def sigmoid(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    return np.exp(x * (x < 0)) / (1 + np.exp(-np.abs(x)))
