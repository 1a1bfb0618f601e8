"""Chooses between the two forms with np.where.

Misconception: np.where evaluates only the branch that it takes.
Caught by: test_large_inputs
Advice: both branches are computed for all elements: give them -2|x|, which is safe.
"""

import numpy as np


def tanh(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    right, left = (1 - np.exp(-2 * x)) / (1 + np.exp(-2 * x)), (np.exp(2 * x) - 1) / (np.exp(2 * x) + 1)
    return np.where(x >= 0, right, left)
