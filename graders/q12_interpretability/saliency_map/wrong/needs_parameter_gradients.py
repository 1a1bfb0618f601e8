"""Fails where the parameters are frozen.

Misconception: Scores always have a graph to the weights.
Caught by: test_frozen_parameters
Advice: Only the pixels need to ask for gradients.
"""

import torch
from torch import Tensor, nn


def saliency_map(model: nn.Module, x: Tensor, target: int | Tensor) -> Tensor:
    modes = [(module, module.training) for module in model.modules()]
    pixels = x.detach().requires_grad_()
    try:
        model.eval()
        scores = model(pixels)[torch.arange(len(x)), target]
        gradient = torch.autograd.grad(scores.sum(), [pixels, *model.parameters()])[0]
    finally:
        for module, training in modes:
            module.training = training
    return gradient.abs().amax(dim=1)
