"""Types the formula in as it stands.

Misconception: 1 / (1 + exp(-x)) is right for every x, so the warning can be lived with.
Caught by: test_large_inputs
Advice: exp(-x) overflows for x below -709 (float64) or -88 (float32); use exp(x) / (1 + exp(x)) where x is negative.
"""

import numpy as np


def sigmoid(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    return 1 / (1 + np.exp(-x))
