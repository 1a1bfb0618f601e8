"""Takes the first row of the baseline for all rows.

Misconception: A baseline is the same for every row.
Caught by: test_all_together
Advice: A baseline that broadcasts to x may have a row for each of its rows.
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
    start = torch.zeros_like(x) if baseline is None else baseline.detach().expand_as(x)[:1]
    point = x.clone().requires_grad_()
    total = torch.zeros_like(x)
    modes = [(module, module.training) for module in model.modules()]
    try:
        model.eval()
        for step in range(steps):
            with torch.no_grad():
                point.copy_(start + (step + 0.5) / steps * (x - start))
            point.grad = None
            with torch.enable_grad():
                score = model(point.clone())[torch.arange(len(x), device=x.device), target].sum()
                torch.autograd.backward(score, inputs=[point])
            total += point.grad
    finally:
        for module, training in modes:
            module.training = training
    return (x - start) * total / steps
