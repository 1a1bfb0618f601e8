"""Makes the caller's x ask for gradients.

Misconception: x is not needed any more.
Caught by: test_inputs_given_back
Keeps: test_linear
Advice: Work on x.detach().
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
    x.requires_grad_()
    positions = (torch.arange(steps).to(x) + 0.5) / steps
    path = start + positions.reshape(-1, *[1] * x.dim()) * change
    modes = [(module, module.training) for module in model.modules()]
    try:
        model.eval()
        with torch.enable_grad():
            scores = model(path.requires_grad_().flatten(0, 1).clone()).unflatten(0, (steps, len(x)))
            (gradients,) = torch.autograd.grad(scores[:, torch.arange(len(x)), target].sum(), path)
    finally:
        for module, training in modes:
            module.training = training
    return change * gradients.mean(dim=0)
