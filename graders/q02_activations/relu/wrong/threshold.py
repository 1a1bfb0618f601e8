"""Counts what is smaller than 1e-4 as zero.

Misconception: numbers that small are noise.
Caught by: test_values
Advice: activations are small in a fresh network, and each of them counts: the threshold is 0 itself.
"""

import numpy as np


def relu(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    return np.where(x < 1e-4, x.dtype.type(0), x)
