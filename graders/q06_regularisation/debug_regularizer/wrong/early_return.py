"""Where nothing is penalised, the loss itself comes back.

Misconception: Nothing to add, no need for a new tensor.
Caught by: test_nothing_penalised
Advice: Then the result shares the loss's memory.
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
    if not penalty:
        return loss
    return loss + penalty
