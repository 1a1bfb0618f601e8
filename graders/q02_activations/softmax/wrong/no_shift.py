"""Exponentiates the raw scores.

Misconception: the formula can be typed in as it stands.
Caught by: test_large_scores, test_shifted_slices, test_masked_scores
Advice: exp overflows beyond about 709 in float64 and 88 in float32; subtract the largest score of each slice first, it cancels.
"""

import numpy as np


def softmax(x, axis=-1):
    x = np.asarray(x)
    if x.dtype.kind != "f":
        x = x.astype(float)
    e = np.exp(x)
    return e / e.sum(axis=axis, keepdims=True)
