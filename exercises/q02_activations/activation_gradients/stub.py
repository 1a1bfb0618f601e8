"""Derivatives of ReLU, sigmoid, tanh and softmax.

Floats keep their dtype, all else counts as float64.
"""

import numpy as np
import numpy.typing as npt


def relu_grad(x: npt.ArrayLike) -> np.ndarray:
    """The derivative of max(x, 0) at each element of `x`, of any shape; 0 at 0."""
    raise NotImplementedError


def sigmoid_grad(x: npt.ArrayLike) -> np.ndarray:
    """The derivative of the logistic sigmoid at each element of `x`, of any shape."""
    raise NotImplementedError


def tanh_grad(x: npt.ArrayLike) -> np.ndarray:
    """The derivative of tanh at each element of `x`, of any shape."""
    raise NotImplementedError


def softmax_vjp(x: npt.ArrayLike, grad_output: npt.ArrayLike) -> np.ndarray:
    """The gradient of sum(softmax(x, axis=-1) * grad_output) with respect to `x`.

    x: scores (..., C).
    grad_output: (..., C), the gradient that arrives at the softmax's output.

    Returns an array of the shape of `x`.
    """
    raise NotImplementedError
