"""The squares are taken of the weights' data.

Misconception: Penalties do not need autograd, since their derivative is known.
Caught by: test_gradient
Advice: Who should apply the derivative, if autograd does not see the sum?
"""

from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    total = loss.clone()
    for p in model.parameters():
        if p.requires_grad and p.dim() >= 2:
            total = total + (lambda_l1 * p.abs().sum() + lambda_l2 * p.data.square().sum()).to(loss)
    return total
