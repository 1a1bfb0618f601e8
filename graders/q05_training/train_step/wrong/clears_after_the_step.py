"""Gradients are cleared after the step, and not before.

Misconception: If every step cleans up after itself, the next one starts clean.
Caught by: test_leftover_gradients
Advice: The first step starts with whatever somebody else left, from an evaluation that called backward, say.
    Clear before backward.
"""

import torch.nn.functional as F


def train_step(model, optimizer, x_batch, y_batch):
    model.train()
    logits = model(x_batch)
    loss = F.cross_entropy(logits, y_batch)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return loss.item()
