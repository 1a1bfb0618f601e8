"""sigmoid is mended by clipping |x| to 700.

Misconception: beyond 700 nobody can tell the difference.
Caught by: test_sigmoid_tails
Keeps: everything else
Advice: sigmoid(-inf) is 0, and exp(-700) is not. With -|x| as exponent nothing needs to be clipped.
"""

import numpy as np
import numpy.typing as npt


def relu(x: npt.ArrayLike) -> np.ndarray:
    """x where x is positive, 0 elsewhere; NaN stays NaN."""
    x = _floating(x)
    return np.maximum(x, 0)


def sigmoid(x: npt.ArrayLike) -> np.ndarray:
    """1 / (1 + exp(-x)), element by element."""
    x = _floating(x)
    z = np.clip(x.astype(np.float64), -700, 700)
    return (np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))).astype(x.dtype)


def softmax(x: npt.ArrayLike, axis: int = -1) -> np.ndarray:
    """exp(x_i) / sum_j exp(x_j) along the axis."""
    x = _floating(x)
    e = np.exp(x - np.max(x, axis=axis, keepdims=True, initial=-np.inf))
    return e / np.sum(e, axis=axis, keepdims=True)


def _floating(x: npt.ArrayLike) -> np.ndarray:
    """Floats keep their dtype, all else becomes float64."""
    x = np.asarray(x)
    return x if np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)
