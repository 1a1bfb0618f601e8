from torch import Tensor


def binary_cross_entropy(y_pred: Tensor, y_true: Tensor) -> Tensor:
    """Mean binary cross-entropy of probabilities, a 0-d tensor. Raises ValueError where the shapes differ."""
    raise NotImplementedError


def categorical_cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """Mean cross-entropy of raw scores (N, C) and int64 classes (N,), a 0-d tensor.

    Raises ValueError for any other shapes.
    """
    raise NotImplementedError


def mse_loss(y_pred: Tensor, y_true: Tensor) -> Tensor:
    """Mean squared error over all elements, a 0-d tensor. Raises ValueError where the shapes differ."""
    raise NotImplementedError
