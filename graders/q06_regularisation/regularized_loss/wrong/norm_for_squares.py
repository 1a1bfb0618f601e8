"""The L2 term adds norms, not squares.

Misconception: The L2 penalty is the L2 norm.
Caught by: test_l2, test_gradient
Advice: Leave out the root: w.square().sum(). A norm's gradient does not shrink with the weight.
"""

from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    total = loss.clone()
    for p in model.parameters():
        if p.requires_grad and p.dim() >= 2:
            total = total + (lambda_l1 * p.abs().sum() + lambda_l2 * p.norm()).to(loss)
    return total
