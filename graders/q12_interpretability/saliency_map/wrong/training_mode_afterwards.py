"""Calls model.train() at the end.

Misconception: The model was being trained.
Caught by: test_mode_given_back
Advice: It may have been in evaluation mode, or partly so: note each module's flag.
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
        model.train()
    return gradient.abs().amax(dim=1)
