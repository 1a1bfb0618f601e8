"""logaddexp for sigmoid and softmax, a product with a mask for ReLU."""

import numpy as np


def _convert(x):
    x = np.array(x)
    return x.astype(x.dtype if x.dtype.kind == "f" else float)


def relu(x):
    x = _convert(x)
    return x * (x > 0)


def sigmoid(x):
    x = _convert(x)
    return np.exp(-np.logaddexp(x.dtype.type(0), -x))


def softmax(x, axis=-1):
    x = _convert(x)
    if x.size == 0 or x.ndim == 0:
        return np.ones_like(x)
    moved = np.moveaxis(x, axis, 0)
    moved = moved - np.amax(moved, axis=0)
    e = np.exp(moved)
    return np.moveaxis(e / np.add.reduce(e, axis=0), 0, axis)
