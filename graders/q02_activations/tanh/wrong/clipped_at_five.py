"""Clips the argument to ±5.

Misconception: beyond 5 tanh is 1 anyway.
Caught by: test_large_inputs, test_infinities
Advice: tanh(5) is 0.99991; in float64 it rounds to 1 only beyond 19. Avoid the overflow instead of hiding it.
"""

import numpy as np


def tanh(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    e = np.exp(-2 * np.minimum(np.abs(x), 5))
    return np.copysign((1 - e) / (1 + e), x)
