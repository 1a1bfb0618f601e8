"""The gradient goes back no further than twenty steps.

Misconception: Older steps do not count.
Caught by: test_every_state
Keeps: test_last_state
Advice: Each step has a loss of its own here, and its gradient counts in full, however long the sequence is.
"""

import numpy as np


def floating(array):
    array = np.asarray(array)
    return array if np.issubdtype(array.dtype, np.floating) else array.astype(np.float64)


def rnn_forward(x, h0, w_ih, w_hh, b):
    x, h0, w_ih, w_hh, b = map(floating, (x, h0, w_ih, w_hh, b))
    dtype = np.result_type(x, h0, w_ih, w_hh, b)
    h = np.empty((*x.shape[:2], h0.shape[1]), dtype)
    state = h0
    for t in range(x.shape[1]):
        state = np.tanh(x[:, t] @ w_ih + state @ w_hh + b)
        h[:, t] = state
    return h, (x, h0, h.copy(), w_ih, w_hh)


def rnn_backward(dh, cache):
    x, h0, h, w_ih, w_hh = cache
    dh = floating(dh)
    dx = np.zeros(x.shape, np.result_type(h, dh))
    dw_ih, dw_hh, db = np.zeros_like(w_ih), np.zeros_like(w_hh), np.zeros_like(h[0, 0])
    later = np.zeros_like(h0)
    for t in reversed(range(max(0, x.shape[1] - 20), x.shape[1])):
        before = h[:, t - 1] if t > 0 else h0
        da = (dh[:, t] + later) * (1 - h[:, t] ** 2)
        dx[:, t] = da @ w_ih.T
        dw_ih = dw_ih + x[:, t].T @ da
        dw_hh = dw_hh + before.T @ da
        db = db + da.sum(axis=0)
        later = da @ w_hh.T
    return {"x": dx, "h0": later, "w_ih": dw_ih, "w_hh": dw_hh, "b": db}
