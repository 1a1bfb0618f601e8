"""Switches autograd on for good.

Misconception: Whoever wants a gradient has autograd switched on anyway.
Caught by: test_side_effects
Keeps: everything else
Advice: Compute under `with torch.enable_grad():`, which gives the caller's mode back.
"""

import torch


def saliency_map(model, x, target):
    modes = [(m, m.training) for m in model.modules()]
    try:
        model.eval()
        torch.set_grad_enabled(True)
        if True:
            leaf = x.detach().clone().requires_grad_(True)
            scores = model(leaf)
            rows = torch.arange(len(x), device=x.device)
            (grad,) = torch.autograd.grad(scores[rows, target].sum(), leaf)
    finally:
        for m, t in modes:
            m.training = t
    return grad.abs().amax(dim=1)
