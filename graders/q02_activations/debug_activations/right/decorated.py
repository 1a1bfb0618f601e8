"""A decorator converts to float64 and back; masks by sign for the sigmoid."""

import functools

from numpy import *


def keeps_dtype(function):
    @functools.wraps(function)
    def wrapped(x, *args, **kwargs):
        given = asarray(x)
        kind = given.dtype if issubdtype(given.dtype, floating) else float64
        return asarray(function(given.astype(float64), *args, **kwargs)).astype(kind)

    return wrapped


@keeps_dtype
def relu(x):
    out = x.copy()
    out[x < 0] = 0
    return out


@keeps_dtype
def sigmoid(x):
    out, left = empty_like(x), x < 0
    grown = exp(x[left])
    out[left] = grown / (1 + grown)
    out[~left] = 1 / (1 + exp(-x[~left]))
    return out


@keeps_dtype
def softmax(x, axis=-1):
    if not x.size:
        return x
    e = exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)
