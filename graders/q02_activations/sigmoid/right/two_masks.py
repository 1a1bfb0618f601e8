"""Splits the elements by sign with boolean masks, each side with the form that is safe there."""

import numpy as np


def sigmoid(x):
    z = np.asarray(x)
    if z.dtype.kind != "f":
        z = z.astype(np.float64)
    out = np.empty(z.shape, dtype=z.dtype)
    right = z >= 0
    out[right] = 1 / (1 + np.exp(-z[right]))
    grown = np.exp(z[~right])
    out[~right] = grown / (1 + grown)
    return out
