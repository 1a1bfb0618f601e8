"""Gradients are clipped to norm 1.

Misconception: Clipping belongs to every good training step.
Caught by: test_update
Advice: It changes the step, so it is for the caller to ask for. Do what the contract says and no more.
"""

import torch
import torch.nn.functional as F


def train_step(model, optimizer, x_batch, y_batch):
    model.train()
    optimizer.zero_grad()
    logits = model(x_batch)
    loss = F.cross_entropy(logits, y_batch)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()
