"""Takes the sum along the last axis, whatever `axis` says.

Misconception: classes always come last.
Caught by: test_any_axis, test_dtype_kept, test_memory_layout, test_scores_reusable, test_shifted_slices
Advice: use the axis that was asked for in the maximum and in the sum.
"""

import numpy as np


def softmax(x, axis=-1):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    e = np.exp(x - np.max(x, axis=-1, keepdims=True, initial=-np.inf))
    return e / np.sum(e, axis=-1, keepdims=True)
