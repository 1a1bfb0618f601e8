"""Explains the first row's target in every row.

Misconception: A batch shares one target.
Caught by: test_targets, test_gradient
Keeps: test_channels
Advice: Row n is to be explained for target[n].
"""

import torch
from torch import Tensor, nn


def saliency_map(model: nn.Module, x: Tensor, target: int | Tensor) -> Tensor:
    modes = [(module, module.training) for module in model.modules()]
    pixels = x.detach().requires_grad_()
    try:
        model.eval()
        scores = model(pixels)[torch.arange(len(x)), torch.as_tensor(target).reshape(-1)[0]]
        (gradient,) = torch.autograd.grad(scores.sum(), pixels)
    finally:
        for module, training in modes:
            module.training = training
    return gradient.abs().amax(dim=1)
