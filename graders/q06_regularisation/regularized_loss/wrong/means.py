"""The penalties are means over the elements.

Misconception: Losses are averaged, so penalties are too.
Caught by: test_l1, test_l2
Advice: The formula sums. With a mean, large layers are hardly penalised at all.
"""

from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    total = loss.clone()
    for p in model.parameters():
        if p.requires_grad and p.dim() >= 2:
            total = total + (lambda_l1 * p.abs().mean() + lambda_l2 * p.square().mean()).to(loss)
    return total
