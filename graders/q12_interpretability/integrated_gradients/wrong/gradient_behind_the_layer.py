"""Asks for the gradient at a tensor that the first layer overwrites.

Misconception: A tensor that is no leaf may be changed in place.
Caught by: test_in_place_layer
Keeps: test_linear, test_second_call
Advice: It may, and then stands for the changed one: the gradient lacks the first layer. Hand over a clone.
"""

import torch
from torch import Tensor, nn


def integrated_gradients(
    model: nn.Module, x: Tensor, target: int | Tensor, baseline: Tensor | None = None, steps: int = 50
) -> Tensor:
    if steps < 1:
        raise ValueError(f"steps must be at least 1, not {steps}")
    start = torch.zeros_like(x) if baseline is None else baseline.detach()
    change = x.detach() - start
    positions = (torch.arange(steps).to(x) + 0.5) / steps
    path = start + positions.reshape(-1, *[1] * x.dim()) * change
    modes = [(module, module.training) for module in model.modules()]
    try:
        model.eval()
        with torch.enable_grad():
            points = (path.requires_grad_() * 1).flatten(0, 1)
            scores = model(points).unflatten(0, (steps, len(x)))
            (gradients,) = torch.autograd.grad(scores[:, torch.arange(len(x)), target].sum(), points)
            gradients = gradients.unflatten(0, (steps, len(x)))
    finally:
        for module, training in modes:
            module.training = training
    return change * gradients.mean(dim=0)
