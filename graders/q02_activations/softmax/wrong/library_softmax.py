"""Calls SciPy's softmax.

Misconception: the question is whether I know the library.
Caught by: test_rules
Advice: write the few lines yourself; NumPy is all you need.
"""

import numpy as np
from scipy import special


def softmax(x, axis=-1):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    if x.size == 0 or x.ndim == 0:
        return np.ones_like(x)
    return special.softmax(x, axis=axis)
