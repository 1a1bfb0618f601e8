"""Python's math, one number at a time, with the sign of each."""

import math

import numpy as np


def _one(number):
    e = math.exp(-2 * abs(number))
    return math.copysign((1 - e) / (1 + e), number)


def tanh(x):
    array = np.asarray(x)
    dtype = array.dtype if np.issubdtype(array.dtype, np.floating) else np.dtype(float)
    return np.fromiter(map(_one, array.astype(float).flat), float, array.size).reshape(array.shape).astype(dtype)
