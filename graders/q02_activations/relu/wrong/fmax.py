"""Uses np.fmax, which drops NaN.

Misconception: fmax and maximum are the same function.
Caught by: test_nan
Advice: fmax returns the other argument where one is NaN, maximum returns NaN: here NaN has to stay.
"""

import numpy as np


def relu(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    return np.fmax(x, 0)
