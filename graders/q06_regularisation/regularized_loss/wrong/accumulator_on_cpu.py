"""The penalty is accumulated on the CPU.

Misconception: torch.zeros(1) is the neutral element of every sum.
Caught by: test_device
Advice: It lies on the CPU. Give it the loss's device, or start from the loss.
"""

import torch
from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    penalty = torch.zeros(1, dtype=loss.dtype)
    for p in model.parameters():
        if p.requires_grad and p.dim() >= 2:
            penalty = penalty + (lambda_l1 * p.abs().sum() + lambda_l2 * p.square().sum()).to(loss.dtype)
    return loss + penalty.sum().to(loss)
