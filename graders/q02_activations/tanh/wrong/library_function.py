"""Calls np.tanh.

Misconception: the question is whether I know the library.
Caught by: test_rules
Advice: write the formula yourself, with the exponential.
"""

import numpy as np


def tanh(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    return np.tanh(x)
