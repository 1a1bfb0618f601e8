"""Switches autograd on for good.

Misconception: Somebody may have switched it off, and nobody minds it on.
Caught by: test_side_effects
Advice: Use `with torch.enable_grad():`, which gives the mode back.
"""

import torch
from torch import Tensor, nn


def saliency_map(model: nn.Module, x: Tensor, target: int | Tensor) -> Tensor:
    torch.set_grad_enabled(True)
    modes = [(module, module.training) for module in model.modules()]
    pixels = x.detach().requires_grad_()
    try:
        model.eval()
        scores = model(pixels)[torch.arange(len(x)), target]
        (gradient,) = torch.autograd.grad(scores.sum(), pixels)
    finally:
        for module, training in modes:
            module.training = training
    torch.set_grad_enabled(False)
    return gradient.abs().amax(dim=1)
