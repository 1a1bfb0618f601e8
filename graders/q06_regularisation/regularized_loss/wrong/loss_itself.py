"""Where nothing is penalised, the loss itself comes back.

Misconception: Where there is nothing to add there is no need for a new tensor.
Caught by: test_nothing_penalised
Advice: Then the result and the loss share memory, in this case only. Add 0, or clone.
"""

from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    total = loss
    for p in model.parameters():
        if p.requires_grad and p.dim() >= 2:
            total = total + (lambda_l1 * p.abs().sum() + lambda_l2 * p.square().sum()).to(loss)
    return total
