"""Python's math, one number at a time, put back together with fromiter."""

import math

import numpy as np


def _one(number):
    small = math.exp(-math.fabs(number))
    return (small if number < 0 else 1.0) / (1.0 + small)


def sigmoid(x):
    array = np.asarray(x)
    dtype = array.dtype if np.issubdtype(array.dtype, np.floating) else np.dtype(float)
    flat = np.fromiter(map(_one, array.astype(float).flat), dtype=float, count=array.size)
    return flat.reshape(array.shape).astype(dtype)
