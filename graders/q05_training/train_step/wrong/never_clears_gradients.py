"""Gradients are never cleared.

Misconception: backward replaces the gradients of the step before.
Caught by: test_update
Advice: backward adds to .grad. Call optimizer.zero_grad() before it.
"""

import torch.nn.functional as F


def train_step(model, optimizer, x_batch, y_batch):
    model.train()
    logits = model(x_batch)
    loss = F.cross_entropy(logits, y_batch)
    loss.backward()
    optimizer.step()
    return loss.item()
