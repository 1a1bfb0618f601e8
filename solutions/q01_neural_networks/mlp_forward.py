"""The forward pass of a multilayer perceptron.

Idea. A network is a loop: product with a matrix, bias, function. The activations are kept because the backward pass
needs each layer's input for the gradient of its weights, and the ReLU's output for its mask.

Shapes. With one sample a row, `(N, D_i) @ (D_i, D_{i+1})` is `(N, D_{i+1})`, and the bias is broadcast over the rows.
Textbooks write W x for a column x; in code the batch comes first.

Cost. 2 N D_i D_{i+1} operations a layer; the activations take N times the sum of the widths.

Pitfalls.
- ReLU behind the last layer: scores below 0 are lost, and the sigmoid never gives less than 1/2.
- 1 / (1 + exp(-z)) overflows for z below -709 in float64; exp(min(z, 0)) and exp(-|z|)
  never do.
- A bias of shape (1,), or none at all, broadcasts without complaint, and a bias of shape (N, D) adds another vector to
  each row. Shapes are cheap to compare.
- float32 times int64 is float64 in NumPy: find the dtype first.

Follow-up questions:
- *Why a function between the layers at all?* Without it the product of the matrices is one matrix, and the network one
  linear layer.
- *What would you return for training?* The scores before the sigmoid: cross-entropy from scores,
  max(z, 0) - z y + log1p(exp(-|z|)), is finite where the logarithm of a rounded probability is not.
- *How would you spend less memory?* Keep every k-th activation and compute the others again in the backward pass
  (gradient checkpointing).
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
        activations.append(np.maximum(z, 0) if i < len(layers) else _sigmoid(z))
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
