"""mse_loss is copied into a fresh tensor.

Misconception: torch.tensor makes a clean 0-d result.
Caught by: test_mse_gradient
Advice: It lies on the CPU and has no graph. Return what mean() gives.
"""

import torch
from torch import Tensor


def binary_cross_entropy(y_pred: Tensor, y_true: Tensor) -> Tensor:
    _check_same_shape(y_pred, y_true)
    log_p, log_q = y_pred.log().clamp(min=-100), (1 - y_pred).log().clamp(min=-100)
    return -(y_true * log_p + (1 - y_true) * log_q).mean()


def categorical_cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    if logits.dim() != 2 or target.shape != logits.shape[:1]:
        raise ValueError(f"logits (N, C) and target (N,) are wanted, not {(*logits.shape,)} and {(*target.shape,)}")
    shifted = logits - logits.detach().amax(dim=1, keepdim=True)
    picked = shifted.gather(1, target.unsqueeze(1)).squeeze(1)
    return (shifted.exp().sum(dim=1).log() - picked).mean()


def mse_loss(y_pred: Tensor, y_true: Tensor) -> Tensor:
    _check_same_shape(y_pred, y_true)
    return torch.tensor((y_pred - y_true).square().mean().item(), dtype=y_pred.dtype)


def _check_same_shape(y_pred: Tensor, y_true: Tensor) -> None:
    if y_pred.shape != y_true.shape:
        raise ValueError(f"the shapes differ: {(*y_pred.shape,)} and {(*y_true.shape,)}")
