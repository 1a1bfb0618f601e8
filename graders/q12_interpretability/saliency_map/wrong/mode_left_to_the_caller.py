"""Runs the model in the mode in which it comes.

Misconception: Whoever calls has called eval() before.
Caught by: test_evaluation_mode
Keeps: test_gradient
Advice: Call model.eval() yourself, and give the mode back.
"""

import torch
from torch import Tensor, nn


def saliency_map(model: nn.Module, x: Tensor, target: int | Tensor) -> Tensor:
    modes = [(module, module.training) for module in model.modules()]
    pixels = x.detach().requires_grad_()
    try:
        scores = model(pixels)[torch.arange(len(x)), target]
        (gradient,) = torch.autograd.grad(scores.sum(), pixels)
    finally:
        for module, training in modes:
            module.training = training
    return gradient.abs().amax(dim=1)
