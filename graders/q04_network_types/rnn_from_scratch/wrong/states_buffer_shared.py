"""Writes the states into an array that is kept for the next call of the same shape.

Misconception: allocating once saves time, and nobody looks at old states.
Caught by: test_interleaved
Advice: A result belongs to the caller: the next call must not write into it. Make a new array in each call.
"""

import numpy as np


def _arrays(*args):
    arrays = [np.asarray(a) for a in args]
    arrays = [a if np.issubdtype(a.dtype, np.floating) else a.astype(np.float64) for a in arrays]
    dtype = np.result_type(*[a.dtype for a in arrays])
    return [a.astype(dtype) for a in arrays]


_BUF = {}


def rnn_forward(x, h0, w_ih, w_hh, b):
    x, h0, w_ih, w_hh, b = _arrays(x, h0, w_ih, w_hh, b)
    N, T, _ = x.shape
    h = _BUF.setdefault((N, T, h0.shape[1], x.dtype), np.zeros((N, T, h0.shape[1]), x.dtype))
    prev = h0
    for t in range(T):
        prev = np.tanh(x[:, t] @ w_ih + prev @ w_hh + b)
        h[:, t] = prev
    cache = (x, h0, w_ih, w_hh, b, h.copy())
    return h, cache


def rnn_backward(dh, cache):
    x, h0, w_ih, w_hh, b, h = cache
    dh = _arrays(dh, x)[0]
    N, T, _ = x.shape
    dx = np.zeros(x.shape, dtype=dh.dtype)
    dw_ih = np.zeros(w_ih.shape, dtype=dh.dtype)
    dw_hh = np.zeros(w_hh.shape, dtype=dh.dtype)
    db = np.zeros(b.shape, dtype=dh.dtype)
    carry = np.zeros(h0.shape, dtype=dh.dtype)
    for t in reversed(range(T)):
        prev = h[:, t - 1] if t > 0 else h0
        dz = (dh[:, t] + carry) * (1 - h[:, t] ** 2)
        dx[:, t] = dz @ w_ih.T
        dw_ih += x[:, t].T @ dz
        dw_hh += prev.T @ dz
        db += dz.sum(axis=0)
        carry = dz @ w_hh.T
    return {"x": dx, "h0": carry, "w_ih": dw_ih, "w_hh": dw_hh, "b": db}
