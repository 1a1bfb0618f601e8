"""Plain floats take a short cut with math.exp.

Misconception: only arrays hold extreme numbers.
Caught by: test_large_inputs
Keeps: everything else
Advice: exponentiate -|x| for single numbers, too: math.exp(10000) raises OverflowError.
"""

import math

import numpy as np


def sigmoid(x):
    if isinstance(x, float):
        return np.float64(1 / (1 + math.exp(-x)))
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))
