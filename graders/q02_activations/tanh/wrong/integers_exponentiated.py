"""Exponentiates integers as they come.

Misconception: exp turns integers into float64.
Caught by: test_no_floats, test_empty
Advice: exp(int8) is float16 and negated unsigned integers wrap around: convert to float64 first.
"""

import numpy as np


def tanh(x):
    x = np.asarray(x)
    if x.dtype == bool:
        x = x.astype(np.float64)
    e = np.exp(-2 * np.abs(x)) if x.size else np.zeros_like(x)
    return np.sign(x) * (1 - e) / (1 + e) if x.size else e
