"""Takes the maximum over channels first.

Misconception: abs() and the maximum may change places.
Caught by: test_channels, test_gradient
Keeps: test_absolute
Advice: A strongly negative channel would lose to a weak positive one: abs() comes first.
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
    return gradient.amax(dim=1).abs()
