"""Forgets to keep the axis in the sum.

Misconception: broadcasting will line the sums up with their rows.
Caught by: test_last_axis, test_any_axis, test_dtype_kept, test_no_floats, test_empty, test_memory_layout, test_scores_reusable, test_large_scores, test_shifted_slices, test_masked_scores, test_side_effects, test_rules
Advice: broadcasting lines up trailing axes: a sum of shape (N,) divides the columns, silently so where the array is square. Use keepdims=True.
"""

import numpy as np


def softmax(x, axis=-1):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    e = np.exp(x - np.max(x, axis=axis, keepdims=True, initial=-np.inf))
    return e / np.sum(e, axis=axis)
