"""The result has the dtype of the model.

Misconception: The loss and the model have one dtype.
Caught by: test_dtype
Advice: Under mixed precision they do not. The loss decides.
"""

from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    total = loss.clone()
    for p in model.parameters():
        if p.requires_grad and p.dim() >= 2:
            total = total + (lambda_l1 * p.abs().sum() + lambda_l2 * p.square().sum()).to(loss)
    weights = list(model.parameters())
    return total.to(weights[0].dtype) if weights else total
