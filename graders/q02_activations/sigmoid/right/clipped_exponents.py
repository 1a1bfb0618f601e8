"""Numerator and denominator each with its own clipped exponent, exp(min(x, 0)) / (1 + exp(-|x|)); the infinities fall out by themselves."""

import numpy as np


def sigmoid(x):
    a = np.asarray(x)
    a = a.astype(a.dtype if a.dtype.kind == "f" else float, copy=True)
    return np.divide(np.exp(np.minimum(a, 0)), np.add(np.exp(np.negative(np.fabs(a))), 1))
