"""Derivatives by an imaginary step, which cancels nothing; the rows of the softmax one after another with dot products."""

import numpy as np

STEP = 1e-100


def _floats(values):
    array = np.asarray(values)
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def relu_grad(x):
    x = _floats(x)
    return np.heaviside(x, x.dtype.type(0))


def _imaginary_slope(function, x):
    slope = np.imag(function(x.astype(np.float64) + 1j * STEP)) / STEP
    return slope.astype(x.dtype)


def sigmoid_grad(x):
    """Even in x, so that -|x| will do for x."""
    return _imaginary_slope(lambda z: np.exp(z) / (1 + np.exp(z)), -np.abs(_floats(x)))


def tanh_grad(x):
    """Likewise, with tanh(z) = (exp(2 z) - 1) / (exp(2 z) + 1)."""
    return _imaginary_slope(lambda z: (np.exp(2 * z) - 1) / (np.exp(2 * z) + 1), -np.abs(_floats(x)))


def softmax_vjp(x, grad_output):
    x, g = _floats(x), _floats(grad_output)
    out = np.zeros(x.shape, dtype=np.result_type(x, g))
    if out.size:
        for place in np.ndindex(*x.shape[:-1]):
            p = np.exp(x[place] - np.max(x[place]))
            p = p / p.sum()
            out[place] = p * (g[place] - np.dot(p, g[place]))
    return out
