"""Gives the modes back only where nothing is raised.

Misconception: Restoring at the end of the function is enough.
Caught by: test_mode_after_exception
Keeps: test_mode_given_back
Advice: An exception skips what follows it: put the modes back in a finally.
"""

import torch
from torch import Tensor, nn


def saliency_map(model: nn.Module, x: Tensor, target: int | Tensor) -> Tensor:
    modes = [(module, module.training) for module in model.modules()]
    pixels = x.detach().requires_grad_()
    model.eval()
    if True:
        scores = model(pixels)[torch.arange(len(x)), target]
        (gradient,) = torch.autograd.grad(scores.sum(), pixels)
    for module, training in modes:
        module.training = training
    return gradient.abs().amax(dim=1)
