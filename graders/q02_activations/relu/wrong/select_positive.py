"""Selects with np.where(x > 0, x, 0), which turns NaN into 0.

Misconception: NaN is not positive, so it belongs with the zeros.
Caught by: test_nan
Advice: A comparison with NaN is False. np.maximum keeps NaN; or put zeros where x < 0 and leave the rest.
"""

import numpy as np


def relu(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    return np.where(x > 0, x, x.dtype.type(0))
