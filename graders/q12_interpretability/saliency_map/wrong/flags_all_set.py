"""Freezes the parameters for the time of the call, and lets all of them ask for gradients afterwards.

Misconception: A model's parameters are all trainable.
Caught by: test_frozen_parameters
Keeps: everything else
Advice: Leave the flags alone: autograd.grad computes the gradients of the tensors it is asked for, and of no others.
"""

import torch


def saliency_map(model, x, target):
    modes = [(m, m.training) for m in model.modules()]
    for p in model.parameters():
        p.requires_grad_(False)
    try:
        model.eval()
        with torch.enable_grad():
            leaf = x.detach().clone().requires_grad_(True)
            scores = model(leaf)
            rows = torch.arange(len(x), device=x.device)
            (grad,) = torch.autograd.grad(scores[rows, target].sum(), leaf)
    finally:
        for m, t in modes:
            m.training = t
    for p in model.parameters():
        p.requires_grad_(True)
    return grad.abs().amax(dim=1)
