"""Computes the right half and mirrors it: sigmoid(x) = 1 - sigmoid(-x) for negative x.

Misconception: symmetry saves the second formula.
Caught by: test_left_tail
Advice: sigmoid(40) rounds to 1, so 1 - sigmoid(40) is 0 and not 4e-18; for negative x use exp(x) / (1 + exp(x)).
"""

import numpy as np


def sigmoid(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    right = 1 / (1 + np.exp(-np.abs(x)))
    return np.where(x < 0, 1 - right, right)
