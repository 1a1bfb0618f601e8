"""The definition in float64, with the argument clipped where tanh is 1 to the last digit."""

import numpy as np


def tanh(x):
    a = np.asarray(x)
    dtype = a.dtype if a.dtype.kind == "f" else np.float64
    z = np.clip(a.astype(np.float64), -20, 20)
    up, down = np.exp(z), np.exp(-z)
    return np.asarray((up - down) / (up + down), dtype=dtype)
