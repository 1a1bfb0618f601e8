"""Flattens the images with view() on the way.

Misconception: Images always lie in memory channel by channel.
Caught by: test_memory_layout
Keeps: everything else
Advice: Channels-last images are common: reshape() copies where it has to, and here no reshaping is needed.
"""

import torch


def saliency_map(model, x, target):
    modes = [(m, m.training) for m in model.modules()]
    try:
        model.eval()
        with torch.enable_grad():
            leaf = x.detach().view(len(x), -1).view(x.shape).clone().requires_grad_(True)
            scores = model(leaf)
            rows = torch.arange(len(x), device=x.device)
            (grad,) = torch.autograd.grad(scores[rows, target].sum(), leaf)
    finally:
        for m, t in modes:
            m.training = t
    return grad.abs().amax(dim=1)
