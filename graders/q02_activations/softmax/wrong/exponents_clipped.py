"""Clips the exponents, so that masked scores keep a tiny probability.

Misconception: exp(-inf) is dangerous and has to be avoided.
Caught by: test_masked_scores
Advice: exp(-inf) is exactly 0, without a warning; a floor under the exponents leaks attention to what was masked.
"""

import numpy as np


def softmax(x, axis=-1):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    shifted = x - np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    e = np.exp(np.maximum(shifted, -60))
    return e / np.sum(e, axis=axis, keepdims=True)
