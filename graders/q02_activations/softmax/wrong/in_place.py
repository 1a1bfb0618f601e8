"""Subtracts the maximum in place, in the caller's array.

Misconception: np.asarray makes a copy, so x is mine.
Caught by: test_scores_reusable, test_side_effects
Advice: np.asarray returns the very same array when nothing has to be converted; write `x = x - …` or copy first.
"""

import numpy as np


def softmax(x, axis=-1):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    x -= x.max(axis=axis, keepdims=True, initial=-np.inf)
    e = np.exp(x)
    return e / e.sum(axis=axis, keepdims=True)
