"""Uses 1 - 2 / (1 + exp(2x)) on both sides.

Misconception: 2 / inf is 0, so the overflow does no harm.
Caught by: test_large_inputs
Advice: the value is right and the warning is real: use the exponential that decays.
"""

import numpy as np


def tanh(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    return 1 - 2 / (1 + np.exp(2 * x))
