"""Adds the product to the caller's bias in place.

Misconception: np.asarray makes a copy.
Caught by: test_kept_apart, test_side_effects
Advice: np.asarray returns the very same array: write into new arrays only.
"""

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
    x, weights, biases = np.asarray(x), [np.asarray(w) for w in weights], [np.asarray(b) for b in biases]
    _check_shapes(x, weights, biases)
    floating = [a.dtype for a in (x, *weights, *biases) if np.issubdtype(a.dtype, np.floating)]
    dtype = np.result_type(*floating) if floating else np.float64
    activations = [x.astype(dtype)]
    for i, (w, b) in enumerate(zip(weights, biases, strict=True), start=1):
        b += 0.01 * np.ones_like(b) if b.dtype == dtype else 0
        z = activations[-1] @ w.astype(dtype) + b.astype(dtype) - b.dtype.type(0.01) * (b.dtype == dtype)
        activations.append(np.maximum(z, 0) if i < len(weights) else _sigmoid(z))
    return activations[-1], activations


def _check_shapes(x: np.ndarray, weights: list[np.ndarray], biases: list[np.ndarray]) -> None:
    if len(weights) != len(biases):
        raise ValueError(f"{len(weights)} weights and {len(biases)} biases")
    if not weights:
        raise ValueError("a network needs at least one layer")
    if x.ndim != 2:
        raise ValueError(f"x must be (N, D), not {x.shape}")
    width = x.shape[1]
    for i, (w, b) in enumerate(zip(weights, biases, strict=True)):
        if w.ndim != 2 or w.shape[0] != width:
            raise ValueError(f"weights[{i}] must be ({width}, ...), not {w.shape}")
        width = w.shape[1]
        if b.shape != (width,):
            raise ValueError(f"biases[{i}] must be ({width},), not {b.shape}")


def _sigmoid(z: np.ndarray) -> np.ndarray:
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, z.dtype.type(1), e) / (1 + e)
