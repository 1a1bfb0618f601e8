"""The mean loss is divided by the batch size before backward.

Misconception: backward sums over the batch, so the gradient has to be divided by its size.
Caught by: test_update
Advice: cross_entropy has taken the mean already. Call backward on the loss that you return.
"""

import torch.nn.functional as F


def train_step(model, optimizer, x_batch, y_batch):
    model.train()
    optimizer.zero_grad()
    logits = model(x_batch)
    loss = F.cross_entropy(logits, y_batch)
    (loss / len(x_batch)).backward()
    optimizer.step()
    return loss.item()
