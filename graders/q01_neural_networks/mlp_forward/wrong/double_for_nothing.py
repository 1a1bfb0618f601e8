"""Makes arrays of no rows without their dtype.

Misconception: what is empty has no dtype.
Caught by: test_no_rows
Keeps: everything else
Advice: np.empty gives float64: leave out the special case.
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
    if len(x) == 0:
        activations = [np.empty((0, w.shape[0])) for w in ws] + [np.empty((0, d))]
        return activations[-1], activations
    activations = [x]
    for i, (w, b) in enumerate(zip(ws, bs)):
        z = activations[-1] @ w + b
        e = np.exp(-np.abs(z))
        activations.append(np.maximum(z, 0) if i < n - 1 else np.where(z >= 0, 1, e) / (1 + e))
    return activations[-1], activations
