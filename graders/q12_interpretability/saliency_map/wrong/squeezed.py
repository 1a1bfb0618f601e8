"""Squeezes the map.

Misconception: squeeze() removes what is left over.
Caught by: test_sizes_of_one
Keeps: test_gradient
Advice: It removes every dimension of one, the batch's included.
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
    return gradient.abs().amax(dim=1, keepdim=True).squeeze()
