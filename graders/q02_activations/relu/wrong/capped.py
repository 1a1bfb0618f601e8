"""Caps the result at 6.

Misconception: ReLU6 is what everybody deploys.
Caught by: test_values
Advice: ReLU has no ceiling; ReLU6 is another function.
"""

import numpy as np


def relu(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    return np.minimum(np.maximum(x, 0), 6)
