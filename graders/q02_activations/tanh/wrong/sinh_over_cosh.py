"""Divides sinh by cosh, clipped.

Misconception: only tanh itself is off limits.
Caught by: test_rules
Advice: every hyperbolic function is: build it from the exponential.
"""

import numpy as np


def tanh(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    z = np.clip(x.astype(np.float64), -20, 20)
    return (np.sinh(z) / np.cosh(z)).astype(x.dtype)
