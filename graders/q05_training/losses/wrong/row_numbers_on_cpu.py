"""The row numbers are made on the CPU.

Misconception: Indices may live anywhere.
Caught by: test_device
Advice: They meet the scores on the scores' device: device=logits.device.
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
    picked = torch.take_along_dim(shifted, torch.zeros(len(target), 1, dtype=torch.int64) + target.unsqueeze(1), 1).squeeze(1)
    return (shifted.exp().sum(dim=1).log() - picked).mean()


def mse_loss(y_pred: Tensor, y_true: Tensor) -> Tensor:
    _check_same_shape(y_pred, y_true)
    return (y_pred - y_true).square().mean()


def _check_same_shape(y_pred: Tensor, y_true: Tensor) -> None:
    if y_pred.shape != y_true.shape:
        raise ValueError(f"the shapes differ: {(*y_pred.shape,)} and {(*y_true.shape,)}")
