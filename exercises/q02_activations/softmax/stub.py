"""Softmax along an axis."""

import numpy as np
import numpy.typing as npt


def softmax(x: npt.ArrayLike, axis: int = -1) -> np.ndarray:
    """The probabilities that belong to raw scores.

    x: scores, of any shape; floats keep their dtype, all else counts as float64.
    axis: the axis along which the probabilities add up to 1.

    Returns an array of the shape of `x`.
    """
    raise NotImplementedError
