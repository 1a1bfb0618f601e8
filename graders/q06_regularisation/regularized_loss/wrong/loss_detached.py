"""The loss is detached before the penalty is added.

Misconception: A copy of the loss needs detach().
Caught by: test_gradient
Advice: The gradient of the data's loss is gone. clone() alone gives a new tensor that autograd follows.
"""

from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    total = loss.detach().clone()
    for p in model.parameters():
        if p.requires_grad and p.dim() >= 2:
            total = total + (lambda_l1 * p.abs().sum() + lambda_l2 * p.square().sum()).to(loss)
    return total
