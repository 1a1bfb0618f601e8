"""Outliers of the batch are clamped in place after the forward pass.

Misconception: The batch is only a copy made for this step.
Caught by: test_batch_used_again, test_side_effects
Advice: It is the tensor that the loader holds, and the next epoch trains on what you have written. Work on a
    tensor of your own.
"""

import torch.nn.functional as F


def train_step(model, optimizer, x_batch, y_batch):
    model.train()
    optimizer.zero_grad()
    logits = model(x_batch)
    loss = F.cross_entropy(logits, y_batch)
    loss.backward()
    x_batch.clamp_(-1.0, 1.0)
    optimizer.step()
    return loss.item()
