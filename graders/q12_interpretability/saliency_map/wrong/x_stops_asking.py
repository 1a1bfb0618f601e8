"""Switches x.requires_grad off at the end.

Misconception: It was off before, so off it goes.
Caught by: test_x_given_back
Advice: It may have been on: work on a tensor of your own.
"""

import torch
from torch import Tensor, nn


def saliency_map(model: nn.Module, x: Tensor, target: int | Tensor) -> Tensor:
    modes = [(module, module.training) for module in model.modules()]
    pixels = x.requires_grad_()
    try:
        model.eval()
        scores = model(pixels)[torch.arange(len(x)), target]
        (gradient,) = torch.autograd.grad(scores.sum(), pixels)
    finally:
        for module, training in modes:
            module.training = training
    x.requires_grad_(False)
    return gradient.abs().amax(dim=1)
