"""Sets the negative elements of the caller's array to 0.

Misconception: np.asarray makes a copy, so x is mine.
Caught by: test_kept_apart, test_side_effects
Advice: np.asarray returns the very same array when nothing has to be converted; copy first, or use np.maximum.
"""

import numpy as np


def relu(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    x[x < 0] = 0
    return x
