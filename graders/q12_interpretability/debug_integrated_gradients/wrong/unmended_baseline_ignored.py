"""The baseline is not used.

Misconception: Zero is the baseline.
Caught by: test_baseline, test_path_from_the_baseline, test_all_together
Keeps: test_linear, test_every_row, test_several_steps, test_both_ends, test_completeness
Advice: Start the path at the baseline, where one is given.
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
    start = torch.zeros_like(x)
    point = x.clone().requires_grad_()
    total = torch.zeros_like(x)
    modes = [(module, module.training) for module in model.modules()]
    try:
        model.eval()
        for step in range(steps):
            with torch.no_grad():
                point.copy_(start + (step + 0.5) / steps * (x - start))
            with torch.enable_grad():
                score = model(point.clone())[torch.arange(len(x)), target].sum()
                (gradient,) = torch.autograd.grad(score, point)
            total += gradient
    finally:
        for module, training in modes:
            module.training = training
    return (x - start) * total / steps
