"""Clips the input to ±500 before the formula.

Misconception: beyond 500 the sigmoid is flat anyway.
Caught by: test_left_tail
Advice: it is small there, not flat: sigmoid(-700) is 1e-304, which float64 represents with all its digits. Avoid the overflow instead of hiding it.
"""

import numpy as np


def sigmoid(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    clipped = np.clip(x.astype(np.float64), -500, 500)
    return (1 / (1 + np.exp(-clipped))).astype(x.dtype)
