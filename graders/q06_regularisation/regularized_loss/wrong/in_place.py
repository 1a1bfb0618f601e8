"""The penalty is added to the loss in place.

Misconception: loss += penalty is short for loss = loss + penalty.
Caught by: test_loss_unchanged, test_side_effects
Advice: For tensors += writes into the memory of the caller's tensor. Write loss + penalty.
"""

from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    total = loss
    for p in model.parameters():
        if p.requires_grad and p.dim() >= 2:
            total += (lambda_l1 * p.abs().sum() + lambda_l2 * p.square().sum()).to(loss)
    return total
