"""Backpropagation through one hidden ReLU layer and sigmoid outputs."""

from typing import Any

import numpy as np


def init_params(n_in: int, n_hidden: int, n_out: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Fresh float64 parameters: W1 (n_in, n_hidden), b1 (n_hidden,), W2 (n_hidden, n_out), b2 (n_out,)."""
    raise NotImplementedError


def forward(params: dict[str, np.ndarray], x: np.ndarray) -> tuple[np.ndarray, Any]:
    """Return (y_pred, cache): x is (N, D), y_pred (N, K) probabilities, cache whatever backward needs."""
    raise NotImplementedError


def bce_loss(y_pred: np.ndarray, y: np.ndarray) -> float:
    """Binary cross-entropy, summed over the outputs and averaged over the rows, as a Python float."""
    raise NotImplementedError


def backward(
    params: dict[str, np.ndarray], x: np.ndarray, y: np.ndarray, y_pred: np.ndarray, cache: Any
) -> dict[str, np.ndarray]:
    """The gradients of bce_loss, with the keys and shapes of params."""
    raise NotImplementedError
