"""No absolute value.

Misconception: The gradient itself is the saliency.
Caught by: test_absolute, test_channels, test_gradient
Advice: A pixel that lowers the score matters as much as one that raises it: abs() first.
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
    return gradient.amax(dim=1)
