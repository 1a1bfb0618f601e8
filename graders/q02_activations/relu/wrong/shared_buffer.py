"""Writes every result of a shape into the same buffer.

Misconception: allocating is expensive, and the last result is never needed again.
Caught by: test_kept_apart
Advice: the caller owns what you returned: give a new array each time.
"""

import numpy as np

_buffers = {}


def relu(x):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    out = _buffers.setdefault((x.shape, x.dtype), np.empty_like(x))
    return np.maximum(x, 0, out=out)
