"""The scores' gradient is cast to the dtype of the data.

Misconception: the data decides the precision of the backward pass.
Caught by: test_dtypes
Keeps: everything else
Advice: float32 data with float64 parameters gives float64 gradients, the biases' among them.
"""

import numpy as np


def _f(a):
    a = np.asarray(a)
    return a if np.issubdtype(a.dtype, np.floating) else a.astype(np.float64)


def _sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)


def init_params(n_in, n_hidden, n_out, rng):
    return {
        "W1": rng.normal(0.0, np.sqrt(2.0 / n_in), size=(n_in, n_hidden)),
        "b1": np.zeros(n_hidden),
        "W2": rng.normal(0.0, np.sqrt(1.0 / n_hidden), size=(n_hidden, n_out)),
        "b2": np.zeros(n_out),
    }


def forward(params, x):
    x = _f(x)
    W1, b1, W2, b2 = (_f(params[k]) for k in ("W1", "b1", "W2", "b2"))
    z1 = x @ W1 + b1
    h = np.maximum(z1, 0)
    y_pred = _sigmoid(h @ W2 + b2)
    return y_pred, (z1, h)


def bce_loss(y_pred, y):
    p = _f(y_pred).astype(np.float64)
    y = np.asarray(y).astype(np.float64)
    ll = y * np.log(np.maximum(p, 1e-12)) + (1 - y) * np.log(np.maximum(1 - p, 1e-12))
    return float(-ll.sum() / p.shape[0])


def backward(params, x, y, y_pred, cache):
    x = _f(x)
    W2 = _f(params["W2"])
    z1, h = cache
    y_pred = _f(y_pred)
    d2 = ((y_pred - np.asarray(y)) / y_pred.shape[0]).astype(x.dtype)
    d1 = (d2 @ W2.T) * (z1 > 0)
    return {"W1": x.T @ d1, "b1": d1.sum(0), "W2": h.T @ d2, "b2": d2.sum(0)}
