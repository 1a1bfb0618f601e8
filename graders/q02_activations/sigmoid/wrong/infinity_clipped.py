"""Clips the input to ±700 before the formula.

Misconception: beyond 700 nobody can tell the difference.
Caught by: test_infinities
Keeps: everything else
Advice: sigmoid(-inf) is 0, and exp(-700) is not. Exponentiate -|x|, and nothing needs to be clipped.
"""

import numpy as np


def sigmoid(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    z = np.clip(x.astype(np.float64), -700, 700)
    return np.exp(-np.logaddexp(0, -z)).astype(x.dtype)
