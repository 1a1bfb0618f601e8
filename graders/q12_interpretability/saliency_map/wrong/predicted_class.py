"""Explains the class that the model predicts.

Misconception: A saliency map explains the prediction.
Caught by: test_gradient, test_targets
Advice: The target says which class to explain, whatever the model predicts.
"""

import torch
from torch import Tensor, nn


def saliency_map(model: nn.Module, x: Tensor, target: int | Tensor) -> Tensor:
    modes = [(module, module.training) for module in model.modules()]
    pixels = x.detach().requires_grad_()
    try:
        model.eval()
        scores = model(pixels).amax(1)
        (gradient,) = torch.autograd.grad(scores.sum(), pixels)
    finally:
        for module, training in modes:
            module.training = training
    return gradient.abs().amax(dim=1)
