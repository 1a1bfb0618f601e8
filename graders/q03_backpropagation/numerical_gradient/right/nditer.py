"""np.nditer with a multi-index over a private copy, told that an empty array is fine.

Differs in the iterator, in perturbing a copy (which f sees as one and the same object), and in finding the largest error by sorting.
"""

import numpy as np


def numerical_gradient(f, x, eps=1e-5):
    if eps <= 0:
        raise ValueError("eps has to be positive")
    work = np.array(x)
    slope = np.zeros_like(work)
    it = np.nditer(x, flags=["multi_index", "zerosize_ok"], op_flags=[["readonly"]])
    while not it.finished:
        if x.size == 0:
            break
        k = it.multi_index
        centre = float(x[k])
        pair = []
        for sign in (+1.0, -1.0):
            work[k] = centre + sign * eps
            pair.append(f(work))
        work[k] = centre
        slope[k] = (pair[0] - pair[1]) * 0.5 / eps
        it.iternext()
    return slope


def gradient_check(f, grad, x, eps=1e-5):
    a, n = np.asarray(grad(x)), numerical_gradient(f, x, eps)
    if a.shape != n.shape:
        raise ValueError(f"{a.shape} is not {n.shape}")
    gap = np.sort(np.ravel(np.abs(a - n) / np.maximum(1e-8, np.abs(a) + np.abs(n))))
    return float(gap[-1]) if gap.size else 0.0
