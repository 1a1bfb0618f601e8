"""Switches the parameters' gradients off and leaves them so.

Misconception: Nobody needs the weights' gradients here.
Caught by: test_parameter_gradients_kept
Advice: The next backward pass needs them: asking autograd.grad for the pixels alone spares the work without a trace.
"""

import torch
from torch import Tensor, nn


def saliency_map(model: nn.Module, x: Tensor, target: int | Tensor) -> Tensor:
    modes = [(module, module.training) for module in model.modules()]
    pixels = x.detach().requires_grad_()
    try:
        model.eval().requires_grad_(False)
        scores = model(pixels)[torch.arange(len(x)), target]
        (gradient,) = torch.autograd.grad(scores.sum(), pixels)
    finally:
        for module, training in modes:
            module.training = training
    return gradient.abs().amax(dim=1)
