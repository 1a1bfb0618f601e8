"""Splits by sign with boolean masks, each side with the form that is safe there."""

import numpy as np


def tanh(x):
    z = np.array(x)
    if z.dtype.kind != "f":
        z = z.astype(np.float64)
    out = np.zeros(z.shape, z.dtype)
    right = z > 0
    e = np.exp(-2 * z[right])
    out[right] = (1 - e) / (1 + e)
    g = np.exp(2 * z[~right])
    out[~right] = (g - 1) / (g + 1)
    return out
