"""Three-dimensional scores are flattened in memory order.

Misconception: order="K" only makes the reshape cheaper.
Caught by: test_memory_layout
Keeps: everything else
Advice: x.T of a block does not lie in memory row by row; leave `order` alone.
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
    if axis in (-1, x.ndim - 1) and x.ndim > 2:
        y = x.ravel(order="K").reshape(-1, x.shape[-1])
        e = np.exp(y - y.max(1, keepdims=True))
        return (e / e.sum(1, keepdims=True)).reshape(x.shape)
    z = x - x.max(axis=axis, keepdims=True)
    e = np.exp(z)
    return e / e.sum(axis=axis, keepdims=True)
