"""Dimensions of size 1 are not counted.

Misconception: A matrix of one row is a vector.
Caught by: test_every_matrix
Advice: p.dim() counts them: a weight (1, 4) is a matrix.
"""

from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    total = loss.clone()
    for p in model.parameters():
        if p.requires_grad and p.squeeze().dim() >= 2:
            total = total + (lambda_l1 * p.abs().sum() + lambda_l2 * p.square().sum()).to(loss)
    return total
