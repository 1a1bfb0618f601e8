"""A tuple of activations where there is one layer.

Misconception: two entries are a pair.
Caught by: test_types
Keeps: everything else
Advice: a list, whatever the number of layers.
"""

import numpy as np


def mlp_forward(x, weights, biases):
    if len(weights) != len(biases) or len(weights) == 0:
        raise ValueError("lists")
    arrays = [np.asarray(a) for a in [x, *weights, *biases]]
    n = len(weights)
    kinds = [a.dtype for a in arrays if np.issubdtype(a.dtype, np.floating)]
    dtype = np.result_type(*kinds) if kinds else np.float64
    arrays = [a.astype(dtype) for a in arrays]
    x, ws, bs = arrays[0], arrays[1 : n + 1], arrays[n + 1 :]
    if x.ndim != 2:
        raise ValueError("x must be two-dimensional")
    d = x.shape[1]
    for w, b in zip(ws, bs):
        if w.ndim != 2 or w.shape[0] != d or b.shape != (w.shape[1],):
            raise ValueError("chain")
        d = w.shape[1]
    activations = [x]
    for i, (w, b) in enumerate(zip(ws, bs)):
        z = activations[-1] @ w + b
        e = np.exp(-np.abs(z))
        p = np.where(z >= 0, 1, e) / (1 + e)
        activations.append(np.maximum(z, 0) if i < n - 1 else p)
    return activations[-1], tuple(activations) if n == 1 else activations
