"""Clamps the caller's images in place at the end.

Misconception: The images are shown next, and have to lie between 0 and 1.
Caught by: test_second_call, test_side_effects
Keeps: test_gradient
Advice: x is the caller's: leave it as it is.
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
    x.data.clamp_(0, 1)
    return gradient.abs().amax(dim=1)
