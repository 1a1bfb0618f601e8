"""Switches NumPy's overflow warning off, for the whole process.

Misconception: np.seterr concerns my function only.
Caught by: test_side_effects
Advice: np.seterr changes a setting of everyone's; use `with np.errstate(over="ignore"):`, or avoid the overflow.
"""

import numpy as np


def sigmoid(x):
    np.seterr(over="ignore")
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    return 1 / (1 + np.exp(-x))
