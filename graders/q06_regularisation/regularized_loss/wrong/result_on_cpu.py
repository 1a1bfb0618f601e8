"""The result is brought to the CPU.

Misconception: A loss is a number for the log, and logs are written on the CPU.
Caught by: test_device
Advice: The result stays where the loss is; whoever logs it calls item().
"""

from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    total = loss.clone()
    for p in model.parameters():
        if p.requires_grad and p.dim() >= 2:
            total = total + (lambda_l1 * p.abs().sum() + lambda_l2 * p.square().sum()).to(loss)
    return total.cpu()
