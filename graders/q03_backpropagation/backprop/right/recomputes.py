"""The cache is None: backward runs the network again from params and x and looks at neither y_pred nor cache.

Differs in the products, all written with einsum, and in the loss, which picks the one logarithm that counts.
"""

import math

import numpy as np


def _lift(v):
    v = np.asarray(v)
    return v if np.issubdtype(v.dtype, np.floating) else v.astype(np.float64)


def init_params(n_in, n_hidden, n_out, rng):
    first, second = rng.spawn(2)
    return {
        "W1": math.sqrt(2 / n_in) * first.standard_normal(size=(n_in, n_hidden)),
        "b1": np.zeros(n_hidden, dtype=np.float64),
        "W2": second.standard_normal(size=(n_hidden, n_out)) / math.sqrt(n_hidden),
        "b2": np.zeros(n_out, dtype=np.float64),
    }


def _run(params, x):
    before = np.einsum("nd,dh->nh", _lift(x), params["W1"]) + params["b1"]
    after = np.where(before > 0, before, 0 * before)
    score = np.einsum("nh,hk->nk", after, params["W2"]) + params["b2"]
    return before, after, np.exp(-np.logaddexp(0 * score, -score))


def forward(params, x):
    return _run(params, x)[-1], None


def bce_loss(y_pred, y):
    p, positive = np.asarray(y_pred, dtype=np.float64), np.asarray(y) == 1
    chosen = np.where(positive, p, 1 - p)
    return math.fsum(-np.log(np.clip(chosen, 1e-12, None)).ravel()) / len(p)


def backward(params, x, y, y_pred, cache):
    before, after, p = _run(params, x)
    err = (p - _lift(y)) / p.shape[0]
    down = np.where(before > 0, np.einsum("nk,hk->nh", err, params["W2"]), 0 * before)
    return {
        "W2": np.einsum("nh,nk->hk", after, err),
        "b2": np.einsum("nk->k", err),
        "W1": np.einsum("nd,nh->dh", _lift(x), down),
        "b1": np.einsum("nh->h", down),
    }
