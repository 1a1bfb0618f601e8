"""Wipes the parameters' gradients after backward.

Misconception: zero_grad tidies up.
Caught by: test_parameter_gradients_kept
Advice: It throws away what a training loop has gathered.
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
            scores = model(path.requires_grad_().flatten(0, 1).clone()).unflatten(0, (steps, len(x)))
            scores[:, torch.arange(len(x)), target].sum().backward()
            gradients = path.grad
            model.zero_grad()
    finally:
        for module, training in modes:
            module.training = training
    return change * gradients.mean(dim=0)
