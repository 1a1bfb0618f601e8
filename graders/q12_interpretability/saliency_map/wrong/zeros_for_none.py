"""Leaves gradients of zero where there were none.

Misconception: None and zero are the same gradient.
Caught by: test_parameter_gradients_kept
Advice: Optimisers skip parameters without a gradient, and move those with a zero one (momentum, weight decay).
"""

import torch
from torch import Tensor, nn


def saliency_map(model: nn.Module, x: Tensor, target: int | Tensor) -> Tensor:
    modes = [(module, module.training) for module in model.modules()]
    pixels = x.detach().requires_grad_()
    saved = {p: torch.zeros_like(p) if p.grad is None else p.grad.clone() for p in model.parameters()}
    try:
        model.eval()
        scores = model(pixels)[torch.arange(len(x)), target]
        scores.sum().backward()
        gradient = pixels.grad
        for p, old in saved.items():
            p.grad = old
    finally:
        for module, training in modes:
            module.training = training
    return gradient.abs().amax(dim=1)
