"""Leaves the model in evaluation mode.

Misconception: Explaining comes last, so that the mode does not matter any more.
Caught by: test_mode_given_back
Keeps: test_evaluation_mode
Advice: Maps are drawn in the middle of training, too: give every module its mode back.
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
        del modes
    return gradient.abs().amax(dim=1)
