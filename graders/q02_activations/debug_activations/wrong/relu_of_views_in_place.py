"""relu is mended by writing zeros into a copy of what is contiguous, and into x where it is not.

Misconception: what is no block of memory of its own is a temporary.
Caught by: test_relu_of_arrays
Keeps: everything else
Advice: a transposed or strided array is a view of the caller's numbers: copy it, too.
"""

import numpy as np
import numpy.typing as npt


def relu(x: npt.ArrayLike) -> np.ndarray:
    """x where x is positive, 0 elsewhere; NaN stays NaN."""
    x = _floating(x)
    x = x.copy() if x.flags.c_contiguous else x
    x[x < 0] = 0
    return x


def sigmoid(x: npt.ArrayLike) -> np.ndarray:
    """1 / (1 + exp(-x)), element by element."""
    x = _floating(x)
    return np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))


def softmax(x: npt.ArrayLike, axis: int = -1) -> np.ndarray:
    """exp(x_i) / sum_j exp(x_j) along the axis."""
    x = _floating(x)
    e = np.exp(x - np.max(x, axis=axis, keepdims=True, initial=-np.inf))
    return e / np.sum(e, axis=axis, keepdims=True)


def _floating(x: npt.ArrayLike) -> np.ndarray:
    """Floats keep their dtype, all else becomes float64."""
    x = np.asarray(x)
    return x if np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)
