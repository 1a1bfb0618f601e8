"""Scores are squeezed before the loss.

Misconception: squeeze only tidies up superfluous dimensions.
Caught by: test_small_batch_of_images
Advice: In a batch of one the batch dimension is superfluous in that sense, and gone. Leave the scores as they
    are.
"""

import torch.nn.functional as F


def train_step(model, optimizer, x_batch, y_batch):
    model.train()
    optimizer.zero_grad()
    logits = model(x_batch)
    loss = F.cross_entropy(logits.squeeze(), y_batch)
    loss.backward()
    optimizer.step()
    return loss.item()
