"""The cache is a function that knows how to go back; states live in a list, and the weights of a step in one matrix."""

import numpy as np


def as_float(a):
    a = np.asarray(a)
    return a if a.dtype.kind == "f" else a.astype(float)


def rnn_forward(x, h0, w_ih, w_hh, b):
    x, h0, w_ih, w_hh, b = map(as_float, (x, h0, w_ih, w_hh, b))
    kind = np.result_type(x, h0, w_ih, w_hh, b)
    n, steps, d = x.shape
    stacked = np.concatenate([w_ih, w_hh, b[None]]).astype(kind)
    one = np.ones((n, 1), kind)
    inputs, states = [], [h0.astype(kind)]
    for t in range(steps):
        inputs.append(np.concatenate([x[:, t], states[-1], one], axis=1))
        states.append(np.tanh(inputs[-1] @ stacked))

    def back(dh):
        dh = as_float(dh)
        grad, later, dx = np.zeros_like(stacked), np.zeros_like(states[0]), np.zeros_like(x, dtype=kind)
        for t in reversed(range(steps)):
            da = (dh[:, t] + later) * (1 - states[t + 1] * states[t + 1])
            grad += inputs[t].T @ da
            dz = da @ stacked.T
            dx[:, t], later = dz[:, :d], dz[:, d:-1]
        return {"b": grad[-1], "w_hh": grad[d:-1], "w_ih": grad[:d], "h0": later, "x": dx}

    out = np.zeros((n, steps, h0.shape[1]), kind)
    for t in range(steps):
        out[:, t] = states[t + 1]
    return out, back


def rnn_backward(dh, cache):
    return cache(dh)
