"""softmax still exponentiates raw scores.

Misconception: scores are never that large.
Caught by: test_softmax_of_large_scores
Keeps: test_relu_of_a_number, test_sigmoid, test_sigmoid_tails, test_softmax_of_a_vector, test_dtypes, test_single_numbers, test_empty, test_relu_of_arrays, test_sigmoid_of_large_numbers, test_softmax_along_an_axis
Advice: subtract each slice's largest score: nothing changes but the overflow.
"""

import numpy as np
import numpy.typing as npt


def relu(x: npt.ArrayLike) -> np.ndarray:
    """x where x is positive, 0 elsewhere; NaN stays NaN."""
    return np.maximum(_floating(x), 0)


def sigmoid(x: npt.ArrayLike) -> np.ndarray:
    """1 / (1 + exp(-x)), element by element."""
    x = _floating(x)
    return np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))


def softmax(x: npt.ArrayLike, axis: int = -1) -> np.ndarray:
    """exp(x_i) / sum_j exp(x_j) along the axis."""
    x = _floating(x)
    e = np.exp(x)
    return e / np.sum(e, axis=axis, keepdims=True)


def _floating(x: npt.ArrayLike) -> np.ndarray:
    """Floats keep their dtype, all else becomes float64."""
    x = np.asarray(x)
    return x if np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)
