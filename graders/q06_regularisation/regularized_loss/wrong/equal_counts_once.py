"""Finds shared weights by their values.

Misconception: Two weights with the same values are one weight.
Caught by: test_shared
Keeps: everything else
Advice: Two layers may start with equal weights, zeros for instance. model.parameters() compares objects.
"""

import torch


def add_weight_regularization(model, loss, lambda_l1=0.01, lambda_l2=0.01):
    penalty = torch.zeros((), dtype=loss.dtype, device=loss.device)
    done = []
    for p in model.parameters():
        if any(p.shape == q.shape and torch.equal(p, q) for q in done):
            continue
        done.append(p)
        if p.requires_grad and p.dim() >= 2:
            term = lambda_l1 * p.abs().sum() + lambda_l2 * (p ** 2).sum()
            penalty = penalty + term.to(device=loss.device, dtype=loss.dtype)
    return loss + penalty
