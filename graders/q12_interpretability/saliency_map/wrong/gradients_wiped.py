"""Wipes the parameters' gradients after backward.

Misconception: zero_grad tidies up.
Caught by: test_parameter_gradients_kept
Advice: It throws away what a training loop has gathered: do not touch .grad at all.
"""

import torch
from torch import Tensor, nn


def saliency_map(model: nn.Module, x: Tensor, target: int | Tensor) -> Tensor:
    modes = [(module, module.training) for module in model.modules()]
    pixels = x.detach().requires_grad_()
    try:
        model.eval()
        scores = model(pixels)[torch.arange(len(x)), target]
        scores.sum().backward()
        gradient = pixels.grad
        model.zero_grad()
    finally:
        for module, training in modes:
            module.training = training
    return gradient.abs().amax(dim=1)
