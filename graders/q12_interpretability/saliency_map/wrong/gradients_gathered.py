"""Calls backward, which adds to the parameters' gradients.

Misconception: The next zero_grad takes care of it.
Caught by: test_parameter_gradients_kept
Keeps: test_gradient
Advice: A map drawn between two backward passes would spoil the step: ask autograd.grad for the pixels' gradient alone.
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
    finally:
        for module, training in modes:
            module.training = training
    return gradient.abs().amax(dim=1)
