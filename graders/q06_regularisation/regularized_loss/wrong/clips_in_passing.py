"""Weights are clamped in passing.

Misconception: Regularising means keeping weights small, by whatever way.
Caught by: test_model_unchanged
Advice: The function computes a number. It must not move the model.
"""

from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    total = loss.clone()
    for p in model.parameters():
        if p.requires_grad and p.dim() >= 2:
                total = total + (lambda_l1 * p.abs().sum() + lambda_l2 * p.square().sum()).to(loss)
    for p in model.parameters():
        p.data.clamp_(-1.0, 1.0)
    return total
