"""Gradients are cleared between backward and step.

Misconception: zero_grad prepares the optimiser for its step.
Caught by: test_update
Advice: It throws away what backward has just computed. Clear before backward.
"""

import torch.nn.functional as F


def train_step(model, optimizer, x_batch, y_batch):
    model.train()
    logits = model(x_batch)
    loss = F.cross_entropy(logits, y_batch)
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
    return loss.item()
