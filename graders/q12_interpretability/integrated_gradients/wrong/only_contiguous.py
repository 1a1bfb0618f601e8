"""Flattens the path with view().

Misconception: A tensor of this shape always lies in memory in the order of its dimensions.
Caught by: test_memory_layout
Keeps: everything else
Advice: x may be a transposed or permuted view: reshape() copies where it has to.
"""

import torch


def integrated_gradients(model, x, target, baseline=None, steps=50):
    if steps < 1:
        raise ValueError("steps must be at least 1")
    modes = [(m, m.training) for m in model.modules()]
    with torch.no_grad():
        xd = x.detach()
        base = torch.zeros_like(xd) if baseline is None else baseline.detach().expand_as(xd)
        alphas = (torch.arange(steps, dtype=x.dtype, device=x.device) + 0.5) / steps
        alphas = alphas.reshape(-1, *[1] * x.dim())
        path = base + alphas * (xd - base)
    n = x.shape[0]
    if torch.is_tensor(target):
        rows = target.repeat(steps)
    else:
        rows = torch.full((steps * n,), target, dtype=torch.long, device=x.device)
    try:
        model.eval()
        with torch.enable_grad():
            leaf = path.view(steps * n, *x.shape[1:]).requires_grad_(True)
            scores = model(leaf.clone())
            total = scores.gather(1, rows.unsqueeze(1)).sum()
            (grad,) = torch.autograd.grad(total, leaf)
    finally:
        for m, t in modes:
            m.training = t
    return (xd - base) * grad.reshape(steps, *x.shape).mean(0)
