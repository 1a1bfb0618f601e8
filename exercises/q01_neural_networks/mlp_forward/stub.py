"""The forward pass of a multilayer perceptron."""

from collections.abc import Sequence

import numpy as np


def mlp_forward(
    x: np.ndarray, weights: Sequence[np.ndarray], biases: Sequence[np.ndarray]
) -> tuple[np.ndarray, list[np.ndarray]]:
    """ReLU after every layer but the last, sigmoid after the last.

    x: (N, D0). weights[i]: (D_i, D_{i+1}). biases[i]: (D_{i+1},).

    Returns (output, activations): output (N, D_L); activations is [x, first layer's, ..., output].
    ValueError for lists of different length or none, x or a weight that is not two-dimensional, shapes that do not
    chain, a bias that is not exactly (D_{i+1},).
    """
    raise NotImplementedError
