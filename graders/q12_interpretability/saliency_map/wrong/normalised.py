"""Scales each map to between 0 and 1.

Misconception: A map is for looking at.
Caught by: test_absolute, test_channels, test_gradient
Advice: Normalising is the plot's business: the values were asked for.
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
    saliency = gradient.abs().amax(dim=1)
    return saliency / saliency.amax(dim=(1, 2), keepdim=True)
