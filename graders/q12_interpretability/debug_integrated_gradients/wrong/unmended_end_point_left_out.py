"""The path stops one step before x.

Misconception: range(steps) gives all points.
Caught by: test_both_ends, test_path_from_the_baseline, test_completeness, test_all_together
Keeps: test_linear, test_every_row, test_baseline, test_several_steps
Advice: The last point is (steps - 1) / steps of the way: take midpoints, or both ends at half weight.
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
                point.copy_(start + step / steps * (x - start))
            with torch.enable_grad():
                score = model(point.clone())[torch.arange(len(x)), target].sum()
                (gradient,) = torch.autograd.grad(score, point)
            total += gradient
    finally:
        for module, training in modes:
            module.training = training
    return (x - start) * total / steps
