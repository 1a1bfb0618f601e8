"""Lets scores between -0.001 and 0 pass the ReLU.

Misconception: so near to 0 it makes no difference.
Caught by: test_output
Keeps: test_one_layer
Advice: compare with 0 itself: in a network with small weights all scores are that small.
"""

import itertools
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
    x = np.asarray(x)
    layers = [(np.asarray(w), np.asarray(b)) for w, b in zip(weights, biases, strict=True)]  # or ValueError
    _check_shapes(x, layers)
    floating = [a.dtype for a in (x, *itertools.chain(*layers)) if np.issubdtype(a.dtype, np.floating)]
    dtype = np.result_type(*floating) if floating else np.float64
    activations = [x.astype(dtype)]
    for i, (w, b) in enumerate(layers, start=1):
        z = activations[-1] @ w.astype(dtype) + b.astype(dtype)
        activations.append(np.where(z > -0.001, z, 0).astype(dtype) if i < len(layers) else _sigmoid(z))
    return activations[-1], activations


def _check_shapes(x: np.ndarray, layers: list[tuple[np.ndarray, np.ndarray]]) -> None:
    if not layers:
        raise ValueError("a network needs at least one layer")
    if x.ndim != 2:
        raise ValueError(f"x must be (N, D), not {x.shape}")
    width = x.shape[1]
    for i, (w, b) in enumerate(layers):
        if w.ndim != 2 or w.shape[0] != width:
            raise ValueError(f"weights[{i}] must be ({width}, ...), not {w.shape}")
        width = w.shape[1]
        if b.shape != (width,):
            raise ValueError(f"biases[{i}] must be ({width},), not {b.shape}")


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))
