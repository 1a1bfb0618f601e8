"""One forward and backward pass for each point.

Misconception: Steps come one after the other.
Caught by: test_speed
Keeps: test_linear, test_attributions
Advice: All points can go through the model as one batch.
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
            gradients = torch.zeros_like(path)
            for index, point in enumerate(path):
                point = point.clone().requires_grad_()
                scores = model(point.clone())
                (gradients[index],) = torch.autograd.grad(scores[torch.arange(len(x)), target].sum(), point)
    finally:
        for module, training in modes:
            module.training = training
    return change * gradients.mean(dim=0)
