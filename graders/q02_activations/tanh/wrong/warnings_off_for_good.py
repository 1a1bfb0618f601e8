"""Switches NumPy's overflow warnings off for the whole process.

Misconception: np.seterr is local to the function.
Caught by: test_side_effects
Keeps: test_large_inputs, test_infinities
Advice: np.seterr changes a global setting; use a form that does not overflow, or `with np.errstate(...)`.
"""

import numpy as np


def tanh(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    np.seterr(over="ignore")
    return 1 - 2 / (1 + np.exp(2 * x))
