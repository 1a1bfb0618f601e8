"""Every trainable parameter is penalised.

Misconception: The model's weights are its parameters.
Caught by: test_vectors_not_penalised, test_nothing_penalised
Advice: Leave out parameters with fewer than two dimensions.
"""

from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    total = loss.clone()
    for p in model.parameters():
        if p.requires_grad:
            total = total + (lambda_l1 * p.abs().sum() + lambda_l2 * p.square().sum()).to(loss)
    return total
