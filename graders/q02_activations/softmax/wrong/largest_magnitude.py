"""Subtracts the largest absolute value.

Misconception: the shift is there to make the numbers small, so the largest in size is what to subtract.
Caught by: test_shifted_slices, test_masked_scores
Advice: where all scores are very negative this pushes them further down and everything underflows; subtract the largest score, with its sign.
"""

import numpy as np


def softmax(x, axis=-1):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    size = np.abs(np.where(np.isneginf(x), 0, x))
    e = np.exp(x - size.max(axis=axis, keepdims=True, initial=0))
    return e / np.sum(e, axis=axis, keepdims=True)
