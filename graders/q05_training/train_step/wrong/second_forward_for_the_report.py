"""The model runs once for the loss to report and once for the gradient.

Misconception: The value to report has to be computed without autograd.
Caught by: test_one_forward, test_training_mode
Advice: Twice the work, other dropout, and batch-norm statistics that move twice. loss.item() reports the loss
    that you have.
"""

import torch
import torch.nn.functional as F


def train_step(model, optimizer, x_batch, y_batch):
    model.train()
    optimizer.zero_grad()
    with torch.no_grad():
        reported = F.cross_entropy(model(x_batch), y_batch).item()
    logits = model(x_batch)
    loss = F.cross_entropy(logits, y_batch)
    loss.backward()
    optimizer.step()
    return reported
