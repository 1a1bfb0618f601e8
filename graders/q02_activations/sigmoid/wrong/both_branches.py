"""Chooses between the two forms with np.where.

Misconception: np.where evaluates only the branch that it takes.
Caught by: test_large_inputs, test_infinities
Advice: both branches are computed for all elements before np.where selects; give each an argument that is safe, such as -|x|.
"""

import numpy as np


def sigmoid(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    return np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))
