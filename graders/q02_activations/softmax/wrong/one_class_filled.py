"""An axis of length 1 is filled with ones where it is.

Misconception: the answer is known, so no new array is needed.
Caught by: test_side_effects
Keeps: everything else
Advice: x.fill writes into the caller's array; np.ones_like(x) does not.
"""

import numpy as np


def softmax(x, axis=-1):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    if x.ndim == 0:
        return np.ones((), dtype=x.dtype)
    if x.size == 0:
        return np.empty_like(x)
    if x.shape[axis] == 1:
        x.fill(1)
        return x
    z = x - x.max(axis=axis, keepdims=True)
    e = np.exp(z)
    return e / e.sum(axis=axis, keepdims=True)
