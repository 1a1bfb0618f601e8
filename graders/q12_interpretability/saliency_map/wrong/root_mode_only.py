"""Gives back the model's own mode to all submodules.

Misconception: A model has one mode.
Caught by: test_mode_given_back
Advice: train(mode) sets every submodule: a norm frozen in evaluation mode would thaw. Note all flags.
"""

import torch
from torch import Tensor, nn


def saliency_map(model: nn.Module, x: Tensor, target: int | Tensor) -> Tensor:
    training = model.training
    pixels = x.detach().requires_grad_()
    try:
        model.eval()
        scores = model(pixels)[torch.arange(len(x)), target]
        (gradient,) = torch.autograd.grad(scores.sum(), pixels)
    finally:
        model.train(training)
    return gradient.abs().amax(dim=1)
