"""Frozen parameters are penalised too.

Misconception: A constant added to the loss does no harm.
Caught by: test_frozen, test_nothing_penalised
Advice: The formula is over trainable parameters, and the loss that is logged should not depend on frozen ones.
"""

from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    total = loss.clone()
    for p in model.parameters():
        if p.dim() >= 2:
            total = total + (lambda_l1 * p.abs().sum() + lambda_l2 * p.square().sum()).to(loss)
    return total
