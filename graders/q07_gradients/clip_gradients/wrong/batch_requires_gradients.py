"""The batch is made to require gradients.

Misconception: Gradients start at the input.
Caught by: test_side_effects
Advice: They are taken at the parameters; the caller's tensor now records, and collects a .grad.
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
    loss = F.cross_entropy(model(x_batch.requires_grad_()), y_batch)
    loss.backward()
    clip_grad_norm(model.parameters(), max_grad_norm)
    optimizer.step()
    return loss.item()
