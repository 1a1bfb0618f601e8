"""One row at a time, with outer products; the cache is a dataclass with a slot for every intermediate array.

Differs in the loops (no product over the whole batch anywhere) and in the two-branch sigmoid with assignments by mask.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(eq=False)
class Tape:
    rows: list
    hidden: list
    scores: list


def init_params(n_in, n_hidden, n_out, rng):
    params = {"b1": np.zeros(n_hidden), "b2": np.zeros(n_out)}
    for key, shape, variance in (("W1", (n_in, n_hidden), 2 / n_in), ("W2", (n_hidden, n_out), 1 / n_hidden)):
        params[key] = np.stack([rng.standard_normal(shape[1]) for _ in range(shape[0])]) * variance**0.5
    return params


def numbers(values):
    arr = np.asarray(values)
    return arr.astype(np.float64) if arr.dtype.kind in "biu" else arr


def logistic(s):
    out = np.empty_like(s)
    right = s >= 0
    out[right] = 1 / (1 + np.exp(-s[right]))
    e = np.exp(s[~right])
    out[~right] = e / (1 + e)
    return out


def forward(params, x):
    x = numbers(x)
    tape = Tape([], [], [])
    kind = np.result_type(x, *params.values())
    y_pred = np.zeros((len(x), len(params["b2"])), dtype=kind)
    for i, row in enumerate(x):
        s = row @ params["W1"] + params["b1"]
        h = s.clip(min=0)
        tape.rows.append(row)
        tape.scores.append(s)
        tape.hidden.append(h)
        y_pred[i] = logistic(h @ params["W2"] + params["b2"])
    return y_pred, tape


def bce_loss(y_pred, y):
    total = 0.0
    y_pred, y = numbers(y_pred), numbers(y)
    for p_row, y_row in zip(y_pred, y):
        for p, t in zip(p_row, y_row):
            p, t = float(p), float(t)
            total -= t * float(np.log(max(p, 1e-12))) + (1 - t) * float(np.log(max(1 - p, 1e-12)))
    return total / len(y_pred)


def backward(params, x, y, y_pred, cache):
    y = numbers(y)
    n = len(cache.rows)
    kind = np.result_type(y_pred, *params.values())
    grads = {k: np.zeros(v.shape, dtype=kind) for k, v in params.items()}
    for i in range(n):
        delta = (y_pred[i] - y[i]) / n
        grads["W2"] += np.outer(cache.hidden[i], delta)
        grads["b2"] += delta
        below = params["W2"] @ delta
        below[cache.scores[i] <= 0] = 0
        grads["W1"] += np.outer(cache.rows[i], below)
        grads["b1"] += below
    return grads
