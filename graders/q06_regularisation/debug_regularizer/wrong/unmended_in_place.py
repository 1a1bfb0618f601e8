"""The penalty is still added in place.

Misconception: loss += penalty is short for loss = loss + penalty.
Caught by: test_loss_unchanged, test_nothing_penalised
Advice: For tensors += writes into the caller's memory: return loss + penalty.
"""

import torch
from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    penalty = torch.zeros_like(loss)
    for parameter in model.parameters():
        if parameter.requires_grad and parameter.dim() >= 2:
            l1, l2 = parameter.abs().sum(), parameter.square().sum()
            penalty = penalty + (lambda_l1 * l1 + lambda_l2 * l2).to(loss)
    loss += penalty
    return loss
