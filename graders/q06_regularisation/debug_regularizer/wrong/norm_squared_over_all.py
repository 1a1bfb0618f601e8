"""The norm is taken over all parameters before it is squared, and then the root of their sum.

Misconception: One root over everything is better than one for each parameter.
Caught by: test_l2, test_gradient_of_l2
Advice: There is no root in the formula at all.
"""

import torch
from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    penalty = torch.zeros_like(loss)
    squares = torch.full_like(loss, 1e-30)
    for parameter in model.parameters():
        if parameter.requires_grad and parameter.dim() >= 2:
            penalty = penalty + (lambda_l1 * parameter.abs().sum()).to(loss)
            squares = squares + parameter.square().sum().to(loss)
    return loss + penalty + lambda_l2 * squares.sqrt()
