"""Takes x / |x| for the sign.

Misconception: x / |x| is ±1.
Caught by: test_odd, test_infinities
Advice: at 0 and at infinity it is NaN; np.sign and np.copysign know both.
"""

import numpy as np


def tanh(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    e = np.exp(-2 * np.abs(x))
    return x / np.abs(x) * (1 - e) / (1 + e)
