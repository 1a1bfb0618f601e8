"""sigmoid_grad takes a short cut with math.exp for plain floats.

Misconception: only arrays hold extreme numbers.
Caught by: test_large_inputs
Keeps: everything else
Advice: exponentiate -|x| for single numbers, too: math.exp(10000) raises OverflowError.
"""

import math

import numpy as np


def _f(x):
    x = np.asarray(x)
    return x if np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)


def relu_grad(x):
    x = _f(x)
    return (x > 0).astype(x.dtype)


def sigmoid_grad(x):
    if isinstance(x, float):
        s = 1 / (1 + math.exp(-x))
        return np.float64(s * (1 - s))
    x = _f(x)
    e = np.exp(-np.abs(x))
    return e / (1 + e) ** 2


def tanh_grad(x):
    x = _f(x)
    t = np.tanh(x)
    return 1 - t * t


def softmax_vjp(x, grad_output):
    x, g = _f(x), _f(grad_output)
    if x.size == 0:
        return np.zeros(x.shape, dtype=np.result_type(x, g))
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    return p * (g - (p * g).sum(axis=-1, keepdims=True))
