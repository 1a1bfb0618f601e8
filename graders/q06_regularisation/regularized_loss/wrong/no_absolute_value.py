"""The L1 term sums the weights without absolute values.

Misconception: sum() of the weights is their L1 size.
Caught by: test_l1
Advice: Positive and negative weights cancel: take abs() first.
"""

from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    total = loss.clone()
    for p in model.parameters():
        if p.requires_grad and p.dim() >= 2:
            total = total + (lambda_l1 * p.sum() + lambda_l2 * p.square().sum()).to(loss)
    return total
