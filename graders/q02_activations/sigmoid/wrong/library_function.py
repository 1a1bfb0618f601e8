"""Calls SciPy's expit.

Misconception: the question is whether I know the library.
Caught by: test_rules
Advice: write the few lines yourself; NumPy is all you need.
"""

import numpy as np
from scipy.special import expit


def sigmoid(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    return expit(x).astype(x.dtype)
