"""x is never touched: every evaluation gets a fresh copy, made while np.ndenumerate walks over x.

Differs in having nothing to restore, and in the relative error, a plain loop over pairs of Python floats.
"""

import numpy as np


def _moved(x, where, to):
    other = x.copy()
    other[where] = to
    return other


def _check_eps(eps):
    if not eps > 0:
        raise ValueError("the step eps must be greater than zero")


def numerical_gradient(f, x, eps=1e-5):
    _check_eps(eps)
    out = np.empty_like(x, dtype=np.float64)
    for where, value in np.ndenumerate(x):
        out[where] = (f(_moved(x, where, value + eps)) - f(_moved(x, where, value - eps))) / (eps + eps)
    return out


def gradient_check(f, grad, x, eps=1e-5):
    _check_eps(eps)
    theirs = np.asarray(grad(x.copy()), dtype=np.float64)
    if np.shape(theirs) != np.shape(x):
        raise ValueError("gradient and point have different shapes: %r and %r" % (np.shape(theirs), np.shape(x)))
    ours = numerical_gradient(f, x, eps)
    worst = 0.0
    for a, n in zip(theirs.flat, ours.flat):
        worst = max(worst, abs(float(a) - float(n)) / max(1e-8, abs(float(a)) + abs(float(n))))
    return worst
