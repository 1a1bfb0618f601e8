"""The accumulator is made on the loss's device, without its dtype, and the terms keep the model's.

Misconception: Only the device was wrong.
Caught by: test_dtype
Advice: The loss decides on both: zeros_like(loss), and .to(loss) for each term.
"""

import torch
from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    penalty = torch.zeros((), device=loss.device)
    for parameter in model.parameters():
        if parameter.requires_grad and parameter.dim() >= 2:
            l1, l2 = parameter.abs().sum(), parameter.square().sum()
            penalty = penalty + (lambda_l1 * l1 + lambda_l2 * l2).to(loss.device)
    return loss + penalty
