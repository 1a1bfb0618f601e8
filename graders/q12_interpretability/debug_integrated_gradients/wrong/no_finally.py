"""Gives the modes back only where nothing is raised.

Misconception: try without except is of no use.
Caught by: test_mode_after_exception
Keeps: test_mode_given_back
Advice: The finally is there for exceptions.
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
    model.eval()
    if True:
        for step in range(steps):
            with torch.no_grad():
                point.copy_(start + (step + 0.5) / steps * (x - start))
            with torch.enable_grad():
                score = model(point.clone())[torch.arange(len(x)), target].sum()
                (gradient,) = torch.autograd.grad(score, point)
            total += gradient
    for module, training in modes:
        module.training = training
    return (x - start) * total / steps
