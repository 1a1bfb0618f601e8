"""Only parameters with exactly two dimensions are penalised.

Misconception: A weight is a matrix.
Caught by: test_every_matrix
Advice: A convolution's weight has four dimensions: p.dim() >= 2.
"""

from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    total = loss.clone()
    for p in model.parameters():
        if p.requires_grad and p.dim() == 2:
            total = total + (lambda_l1 * p.abs().sum() + lambda_l2 * p.square().sum()).to(loss)
    return total
