"""Each of the optimiser's groups is clipped by itself.

Misconception: Groups have their own settings, so their own norm.
Caught by: test_clipped_update
Advice: The norm is that of all the model's gradients together.
"""

import math

import torch
import torch.nn.functional as F


def clip_grad_norm(parameters, max_norm):
    if max_norm <= 0:
        raise ValueError("max_norm must be positive")
    grads = [p.grad for p in parameters if p.grad is not None]
    if not grads:
        return 0.0
    norm = math.sqrt(sum(float((g.detach().double() ** 2).sum()) for g in grads))
    if not math.isfinite(norm):
        raise RuntimeError("a gradient is not finite")
    if norm > max_norm:
        with torch.no_grad():
            for g in grads:
                g.mul_(max_norm / norm)
    return norm


def train_with_gradient_clipping(model, optimizer, x_batch, y_batch, max_grad_norm=1.0):
    model.train()
    optimizer.zero_grad()
    loss = F.cross_entropy(model(x_batch), y_batch)
    loss.backward()
    for group in optimizer.param_groups:
        clip_grad_norm(group["params"], max_grad_norm)
    optimizer.step()
    return loss.item()
