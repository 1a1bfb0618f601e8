"""Zeroes the point's gradient in place, although the sum of the first step is that very tensor.

Misconception: `total = point.grad` makes a copy.
Caught by: test_all_together
Advice: Add into a tensor of your own, total += point.grad, or set point.grad to None before each step.
"""

import torch
from torch import Tensor, nn


def integrated_gradients(
    model: nn.Module, x: Tensor, target: int | Tensor, baseline: Tensor | None = None, steps: int = 50
) -> Tensor:
    """What each input contributes to the change of the target's score from the baseline to x.

    x: (N, ...). target: a class for all rows, or (N,), a class for each. baseline: broadcasts to x; None means zero.

    Returns a tensor like x, detached; ValueError for `steps` below 1.
    """
    if steps < 1:
        raise ValueError(f"steps must be at least 1, not {steps}")
    x = x.detach()
    start = torch.zeros_like(x) if baseline is None else baseline.detach().expand_as(x)
    point = x.clone().requires_grad_()
    total = torch.zeros_like(x)
    modes = [(module, module.training) for module in model.modules()]
    try:
        model.eval()
        for step in range(steps):
            with torch.no_grad():
                point.copy_(start + (step + 0.5) / steps * (x - start))
            point.grad = point.grad if point.grad is None else point.grad.zero_()
            with torch.enable_grad():
                score = model(point.clone())[torch.arange(len(x), device=x.device), target].sum()
                torch.autograd.backward(score, inputs=[point])
            total = point.grad if step == 0 else total + point.grad
    finally:
        for module, training in modes:
            module.training = training
    return (x - start) * total / steps
