"""The textbook formula with the harmless overflow allowed, and only for the time of the call: 1 / inf is 0.

The overflow sets in at -709, behind the last value whose digits are asked for.
"""

import numpy as np


def sigmoid(x):
    x = np.array(x)
    x = x if x.dtype.kind == "f" else x.astype("d")
    with np.errstate(over="ignore"):
        np.negative(x, out=x)
        np.exp(x, out=x)
        x += 1
        return np.reciprocal(x, out=x)
