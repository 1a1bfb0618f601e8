"""Adds the channels up.

Misconception: Each pixel's importance is the total over its colours.
Caught by: test_channels, test_gradient
Keeps: test_absolute
Advice: The maximum over the channels was asked for.
"""

import torch
from torch import Tensor, nn


def saliency_map(model: nn.Module, x: Tensor, target: int | Tensor) -> Tensor:
    modes = [(module, module.training) for module in model.modules()]
    pixels = x.detach().requires_grad_()
    try:
        model.eval()
        scores = model(pixels)[torch.arange(len(x)), target]
        (gradient,) = torch.autograd.grad(scores.sum(), pixels)
    finally:
        for module, training in modes:
            module.training = training
    return gradient.abs().sum(dim=1)
