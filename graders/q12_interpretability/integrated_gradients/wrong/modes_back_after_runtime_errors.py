"""Gives the modes back after a RuntimeError, but after no other exception.

Misconception: What a model raises is a RuntimeError.
Caught by: test_mode_after_exception
Keeps: everything else
Advice: A model may raise anything: give the modes back in a `finally`.
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
            leaf = path.reshape(steps * n, *x.shape[1:]).requires_grad_(True)
            scores = model(leaf.clone())
            total = scores.gather(1, rows.unsqueeze(1)).sum()
            (grad,) = torch.autograd.grad(total, leaf)
    except RuntimeError:
        for m, t in modes:
            m.training = t
        raise
    for m, t in modes:
        m.training = t
    return (xd - base) * grad.reshape(steps, *x.shape).mean(0)
