"""The random generator is seeded in every step.

Misconception: That makes the training reproducible.
Caught by: test_side_effects
Advice: It gives every step the same dropout mask. Seed once, in the script, not in the step.
"""

import torch
import torch.nn.functional as F


def train_step(model, optimizer, x_batch, y_batch):
    torch.manual_seed(0)
    model.train()
    optimizer.zero_grad()
    logits = model(x_batch)
    loss = F.cross_entropy(logits, y_batch)
    loss.backward()
    optimizer.step()
    return loss.item()
