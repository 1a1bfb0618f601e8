"""Unnormalised exponentials and the quotient rule; sech² through exp(-2|x|); the two terms of the product kept apart, with einsum."""

import numpy as np


def prepared(*values):
    arrays = [np.array(v) for v in values]
    return [a if a.dtype in ("f2", "f4", "f8") else a.astype("f8") for a in arrays]


def relu_grad(x):
    (x,) = prepared(x)
    return np.maximum(np.sign(x), 0)


def sigmoid_grad(x):
    (x,) = prepared(x)
    half = np.cosh(np.minimum(np.abs(x), 80 if x.dtype.itemsize > 2 else 20) / 2)
    return (0.5 / half) ** 2


def tanh_grad(x):
    (x,) = prepared(x)
    e = np.exp(-2 * np.abs(x))
    return 4 * e / np.square(1 + e)


def softmax_vjp(x, grad_output):
    z, g = prepared(x, grad_output)
    if not z.size:
        return np.empty(z.shape, np.result_type(z, g))
    z -= np.max(z, axis=-1, keepdims=True)
    np.exp(z, out=z)
    total = np.add.reduce(z, -1, keepdims=True)
    inner = np.einsum("...k,...k->...", z, g)[..., None]
    return z * g / total - z * inner / total**2
