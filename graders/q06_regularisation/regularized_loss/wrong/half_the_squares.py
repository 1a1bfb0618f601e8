"""The L2 term has a factor 1/2.

Misconception: An L2 penalty always carries the 1/2 that makes its derivative tidy.
Caught by: test_l2, test_gradient
Advice: The formula asked for has none.
"""

from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    total = loss.clone()
    for p in model.parameters():
        if p.requires_grad and p.dim() >= 2:
            total = total + (lambda_l1 * p.abs().sum() + 0.5 * lambda_l2 * p.square().sum()).to(loss)
    return total
