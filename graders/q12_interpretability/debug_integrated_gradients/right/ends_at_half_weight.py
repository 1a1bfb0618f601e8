"""The loop as it was, mended where it stands: `.grad` emptied in each step, both ends at half weight."""

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
    start = torch.zeros_like(x) if baseline is None else torch.broadcast_to(baseline, x.shape).detach()
    point = x.clone().requires_grad_()
    total = torch.zeros_like(x)
    modes = [(module, module.training) for module in model.modules()]
    try:
        model.eval()
        for step in range(steps + 1):
            with torch.no_grad():
                point.copy_(start + step / steps * (x - start))
            with torch.enable_grad():
                score = model(point.clone())[range(len(x)), target].sum()
                point.grad = None
                torch.autograd.backward(score, inputs=[point])
            total += point.grad / (1 if 0 < step < steps else 2)
    finally:
        for module, training in modes:
            module.training = training
    return (x - start) * total / steps
