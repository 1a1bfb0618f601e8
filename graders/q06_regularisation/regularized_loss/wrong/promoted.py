"""The penalty is added in its own dtype.

Misconception: A sum has the dtype of its first operand.
Caught by: test_dtype
Advice: torch promotes: a float32 loss plus a float64 penalty is float64. Convert the penalty first.
"""

from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    total = loss.clone()
    for p in model.parameters():
        if p.requires_grad and p.dim() >= 2:
            total = total + (lambda_l1 * p.abs().sum() + lambda_l2 * p.square().sum()).to(loss.device)
    return total
