"""Adds a small constant to the sum before dividing.

Misconception: every division needs an epsilon.
Caught by: test_last_axis, test_any_axis, test_dtype_kept, test_no_floats, test_single_number, test_memory_layout, test_scores_reusable, test_large_scores, test_shifted_slices, test_masked_scores
Advice: after the shift the sum is at least 1, so nothing can divide by zero; the epsilon only makes the probabilities add up to less than 1.
"""

import numpy as np


def softmax(x, axis=-1):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    e = np.exp(x - np.max(x, axis=axis, keepdims=True, initial=-np.inf))
    return e / (np.sum(e, axis=axis, keepdims=True) + 1e-8)
