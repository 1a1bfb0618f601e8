"""Fails inside no_grad().

Misconception: Autograd is on.
Caught by: test_no_grad
Keeps: test_linear
Advice: Switch it on yourself.
"""

import torch
from torch import Tensor, nn


def integrated_gradients(
    model: nn.Module, x: Tensor, target: int | Tensor, baseline: Tensor | None = None, steps: int = 50
) -> Tensor:
    """What each input contributes to the change of the target's score from the baseline to x."""
    if steps < 1:
        raise ValueError(f"steps must be at least 1, not {steps}")
    x = x.detach()
    start = torch.zeros_like(x) if baseline is None else baseline.detach()
    point = x.clone().requires_grad_()
    total = torch.zeros_like(x)
    modes = [(module, module.training) for module in model.modules()]
    try:
        model.eval()
        for step in range(steps):
            with torch.no_grad():
                point.copy_(start + (step + 0.5) / steps * (x - start))
            if True:
                score = model(point.clone())[torch.arange(len(x)), target].sum()
                (gradient,) = torch.autograd.grad(score, point)
            total += gradient
    finally:
        for module, training in modes:
            module.training = training
    return (x - start) * total / steps
