"""Reads the gradient from the caller's x.

Misconception: x.grad starts as None.
Caught by: test_second_call, test_x_given_back
Advice: A second call adds to the first's gradient: take a tensor of your own.
"""

import torch
from torch import Tensor, nn


def saliency_map(model: nn.Module, x: Tensor, target: int | Tensor) -> Tensor:
    modes = [(module, module.training) for module in model.modules()]
    pixels = x.requires_grad_()
    try:
        model.eval()
        scores = model(pixels)[torch.arange(len(x)), target]
        torch.autograd.backward(scores.sum(), inputs=[pixels])
        gradient = pixels.grad
    finally:
        for module, training in modes:
            module.training = training
    return gradient.abs().amax(dim=1)
