"""The penalty is made of Python numbers.

Misconception: The penalty is a number that is added to the loss.
Caught by: test_gradient
Advice: item() cuts the graph: the weights would never feel the penalty.
"""

from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    total = loss.clone()
    for p in model.parameters():
        if p.requires_grad and p.dim() >= 2:
            total = total + (lambda_l1 * p.abs().sum() + lambda_l2 * p.square().sum()).item()
    return total
