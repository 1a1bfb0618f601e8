"""A generator moves x in place and puts it back when it is closed."""
import contextlib
import itertools
import numpy as np


def _moves(x, eps):
    saved = x.copy(order="K")
    try:
        for i in range(x.size):
            for s in (eps, -eps):
                x.flat[i] = saved.flat[i] + s
                yield x
            x.flat[i] = saved.flat[i]
    finally:
        np.copyto(x, saved)


def numerical_gradient(f, x, eps=1e-5):
    if eps <= 0:
        raise ValueError("eps <= 0")
    with contextlib.closing(_moves(x, eps)) as moves:
        values = np.fromiter(map(f, moves), dtype=np.float64)
    return (np.subtract(values[::2], values[1::2]) / (eps + eps)).reshape(x.shape)


def gradient_check(f, grad, x, eps=1e-5):
    n = numerical_gradient(f, x, eps)
    a = grad(x)
    if np.shape(a) != np.shape(x):
        raise ValueError("shape")
    pairs = itertools.zip_longest(np.asarray(a).flat, n.flat)
    return max((float(abs(p - q) / max(1e-8, abs(p) + abs(q))) for p, q in pairs), default=0.0)
