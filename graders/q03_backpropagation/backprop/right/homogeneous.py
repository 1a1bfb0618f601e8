"""The biases as a last row of the weights (a column of ones joins the input), and the gradients ready before backward asks.

Differs in the algebra, in labels entering as signs, and in the cache: a function of y that forward leaves behind. The dict subclass
is the candidate's own business as well.
"""

import numpy as np


class Parameters(dict):
    """A dict with a repr that fits on a line."""

    def __repr__(self):
        return "Parameters(" + ", ".join(f"{k}{v.shape}" for k, v in self.items()) + ")"


def init_params(n_in, n_hidden, n_out, rng):
    z = rng.standard_normal(n_in * n_hidden + n_hidden * n_out)
    cut = n_in * n_hidden
    return Parameters(
        W1=z[:cut].reshape(n_in, n_hidden) * np.sqrt(2 / n_in),
        b1=np.zeros(n_hidden),
        W2=z[cut:].reshape(n_hidden, n_out) * np.sqrt(1 / n_hidden),
        b2=np.zeros(n_out),
    )


def real(a):
    a = np.asarray(a)
    return a + 0.0 if a.dtype.kind != "f" else a


def with_ones(a):
    return np.concatenate([a, np.ones((a.shape[0], 1), dtype=a.dtype)], axis=1)


def forward(params, x):
    m1 = np.vstack([params["W1"], params["b1"]])
    m2 = np.vstack([params["W2"], params["b2"]])
    x1 = with_ones(real(x))
    pre = x1 @ m1
    h1 = with_ones((np.abs(pre) + pre) / 2)
    s = h1 @ m2
    e = np.exp(-np.abs(s))
    p = np.where(s < 0, e, np.ones_like(e)) / (1 + e)

    def gradients_for(y):
        d2 = (p - y) / p.shape[0]
        g2 = h1.T @ d2
        d1 = np.heaviside(pre, 0) * (d2 @ m2[:-1].T)
        g1 = x1.T @ d1
        return dict(W1=g1[:-1], b1=g1[-1], W2=g2[:-1], b2=g2[-1])

    return p, {"later": gradients_for}


def bce_loss(y_pred, y):
    p = real(y_pred).astype(np.float64)
    q = np.stack([1 - p, p])
    q[q < 1e-12] = 1e-12
    y = real(y)
    return (-(np.log(q[1]) * y + np.log(q[0]) * (1 - y))).sum().item() / p.shape[0]


def backward(params, x, y, y_pred, cache):
    return cache["later"](real(y))
