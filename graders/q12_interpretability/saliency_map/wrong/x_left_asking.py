"""Makes the caller's own tensor ask for gradients.

Misconception: x is not needed any more.
Caught by: test_x_given_back
Advice: Work on x.detach(), which shares the memory and not the flag.
"""

import torch
from torch import Tensor, nn


def saliency_map(model: nn.Module, x: Tensor, target: int | Tensor) -> Tensor:
    modes = [(module, module.training) for module in model.modules()]
    pixels = x.requires_grad_()
    try:
        model.eval()
        scores = model(pixels)[torch.arange(len(x)), target]
        (gradient,) = torch.autograd.grad(scores.sum(), pixels)
    finally:
        for module, training in modes:
            module.training = training
    return gradient.abs().amax(dim=1)
