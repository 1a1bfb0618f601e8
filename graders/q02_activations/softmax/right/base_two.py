"""Powers of two instead of e, a where= reduction for masked entries, and the quotient as a product with the reciprocal."""

import math

import numpy as np

LOG2_E = 1 / math.log(2)


def softmax(scores, axis=-1):
    if isinstance(scores, (np.ndarray, np.floating)) and np.issubdtype(scores.dtype, np.inexact):
        s = np.asanyarray(scores)
    else:
        s = np.asarray(scores, dtype="f8")
    alive = s > -np.inf
    top = np.max(s, axis=axis, keepdims=True, initial=np.finfo(s.dtype).min, where=alive)
    two = np.exp2((s - top) * LOG2_E)
    return two * np.reciprocal(np.sum(two, axis=axis, keepdims=True)) if two.size else two
