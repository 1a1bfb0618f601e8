"""Picks every target's column in every row.

Misconception: scores[:, target] pairs rows and targets.
Caught by: test_targets, test_gradient
Keeps: test_channels
Advice: That gives an N x N matrix. Pick one score a row: gather, or scores[arange(N), target].
"""

import torch
from torch import Tensor, nn


def saliency_map(model: nn.Module, x: Tensor, target: int | Tensor) -> Tensor:
    modes = [(module, module.training) for module in model.modules()]
    pixels = x.detach().requires_grad_()
    try:
        model.eval()
        scores = model(pixels)[:, target]
        (gradient,) = torch.autograd.grad(scores.sum(), pixels)
    finally:
        for module, training in modes:
            module.training = training
    return gradient.abs().amax(dim=1)
