"""Returns float64 whatever came in.

Misconception: more precision never hurts.
Caught by: test_dtype_kept, test_single_number
Advice: a float32 model fed with float64 doubles its memory and slows down; computing in float64 is fine, returning it is not.
"""

import numpy as np


def softmax(x, axis=-1):
    x = np.asarray(x, dtype=np.float64)
    e = np.exp(x - np.max(x, axis=axis, keepdims=True, initial=-np.inf))
    return e / np.sum(e, axis=axis, keepdims=True)
