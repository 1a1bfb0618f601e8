"""A shared weight is counted once for each layer that uses it.

Misconception: Going through the modules visits every parameter once.
Caught by: test_shared
Advice: model.parameters() leaves out repetitions. Module by module there are none to see.
"""

from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    total = loss.clone()
    for module in model.modules():
        for p in module.parameters(recurse=False):
            if p.requires_grad and p.dim() >= 2:
                total = total + (lambda_l1 * p.abs().sum() + lambda_l2 * p.square().sum()).to(loss)
    return total
