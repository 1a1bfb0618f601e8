"""The two factors are swapped.

Misconception: The first factor belongs to the squares.
Caught by: test_l1, test_l2
Advice: lambda_l1 goes with |w|, lambda_l2 with w**2.
"""

from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    total = loss.clone()
    for p in model.parameters():
        if p.requires_grad and p.dim() >= 2:
            total = total + (lambda_l2 * p.abs().sum() + lambda_l1 * p.square().sum()).to(loss)
    return total
