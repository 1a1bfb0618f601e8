"""Uses (1 + tanh(x / 2)) / 2.

Misconception: an identity that is exact on paper is exact in floating point.
Caught by: test_left_tail
Advice: on the left tanh is next to -1 and the sum cancels: below x = -37 nothing is left. Stay with quotients of positive numbers.
"""

import numpy as np


def sigmoid(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    return (0.5 * (1 + np.tanh(0.5 * x))).astype(x.dtype)
