"""x plus and minus the rows of a scaled identity matrix; all points first, then all values, then one subtraction.

Differs in the order of evaluation (every upper point before any lower one) and in dividing by the distance between the two
points as it came out in floating point. gradient_check computes n before it looks at a.
"""

import numpy as np


def numerical_gradient(f, x, eps=1e-5):
    if eps <= 0:
        raise ValueError("eps <= 0")
    steps = eps * np.eye(x.size).reshape((x.size,) + x.shape)
    upper, lower = x + steps, x - steps
    rise = np.array([f(p) for p in upper], dtype=float) - np.array([f(p) for p in lower], dtype=float)
    run = (upper - lower).reshape(x.size, x.size).diagonal()
    return (rise / run).reshape(x.shape)


def gradient_check(f, grad, x, eps=1e-5):
    n = numerical_gradient(f, x, eps)
    a = np.asarray(grad(x))
    if a.shape != n.shape:
        raise ValueError(f"expected a gradient of shape {n.shape}, got {a.shape}")
    ratios = np.abs(a - n) / np.fmax(np.abs(a) + np.abs(n), 1e-8)
    return max(ratios.ravel().tolist(), default=0.0)
