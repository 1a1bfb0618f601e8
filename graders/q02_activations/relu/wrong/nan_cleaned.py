"""Replaces NaN by 0 to be safe.

Misconception: an activation should give clean numbers.
Caught by: test_nan
Advice: hiding NaN hides the step that went wrong: let it through.
"""

import numpy as np


def relu(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    return np.maximum(np.nan_to_num(x), 0)
