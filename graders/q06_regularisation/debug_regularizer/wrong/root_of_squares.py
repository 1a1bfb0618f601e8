"""Takes the absolute value as the root of the square.

Misconception: |w| and sqrt(w**2) are the same.
Caught by: test_zero_weights
Keeps: everything else
Advice: They are, but the gradient of the root at 0 is infinity times 0. abs() has the gradient 0 there.
"""

import torch
from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    penalty = torch.zeros((), dtype=loss.dtype, device=loss.device)
    for parameter in model.parameters():
        if parameter.requires_grad and parameter.dim() >= 2:
            l1, l2 = parameter.square().sqrt().sum(), parameter.square().sum()
            penalty = penalty + (lambda_l1 * l1 + lambda_l2 * l2).to(loss)
    return loss + penalty
