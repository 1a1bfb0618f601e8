"""The logistic sigmoid."""

import numpy as np
import numpy.typing as npt


def sigmoid(x: npt.ArrayLike) -> np.ndarray:
    """1 / (1 + exp(-x)), element by element.

    x: of any shape; floats keep their dtype, all else counts as float64.

    Returns an array of the shape of `x`.
    """
    raise NotImplementedError
