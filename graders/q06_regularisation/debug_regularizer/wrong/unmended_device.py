"""The accumulator is still on the CPU.

Misconception: torch.zeros(1) is the neutral element of every sum.
Caught by: test_device
Advice: It lies on the CPU. Make it like the loss: torch.zeros_like(loss).
"""

import torch
from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    penalty = torch.zeros(1, dtype=loss.dtype)
    for parameter in model.parameters():
        if parameter.requires_grad and parameter.dim() >= 2:
            l1, l2 = parameter.abs().sum(), parameter.square().sum()
            penalty = penalty + (lambda_l1 * l1 + lambda_l2 * l2).to(loss.dtype)
    return loss + penalty.squeeze()
