"""Only parameters with two to four dimensions are penalised.

Misconception: A weight is a linear layer's or an image convolution's.
Caught by: test_every_matrix
Keeps: everything else
Advice: nn.Conv3d has a weight of five dimensions: p.dim() >= 2, without an upper end.
"""

from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    total = loss.clone()
    for p in model.parameters():
        if p.requires_grad and 2 <= p.dim() <= 4:
            total = total + (lambda_l1 * p.abs().sum() + lambda_l2 * p.square().sum()).to(loss)
    return total
