"""The gradients are taken in the function.

Misconception: Adding the penalty means adding its gradient.
Caught by: test_gradient, test_model_unchanged
Advice: The caller calls backward; then the gradients are there twice.
"""

from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    total = loss.clone()
    for p in model.parameters():
        if p.requires_grad and p.dim() >= 2:
            total = total + (lambda_l1 * p.abs().sum() + lambda_l2 * p.square().sum()).to(loss)
    penalty = total - loss
    if penalty.requires_grad:
        penalty.backward(retain_graph=True)
    return total
