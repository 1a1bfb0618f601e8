"""The L2 term still adds norms.

Misconception: The L2 penalty is the L2 norm.
Caught by: test_l2, test_gradient_of_l2
Advice: norm() takes a root. Sum the squares: parameter.square().sum().
"""

import torch
from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    penalty = torch.zeros_like(loss)
    for parameter in model.parameters():
        if parameter.requires_grad and parameter.dim() >= 2:
            l1, l2 = parameter.abs().sum(), parameter.norm(p=2)
            penalty = penalty + (lambda_l1 * l1 + lambda_l2 * l2).to(loss)
    return loss + penalty
