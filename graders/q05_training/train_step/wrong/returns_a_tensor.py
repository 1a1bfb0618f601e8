"""The loss comes back as a tensor.

Misconception: A 0-d tensor behaves like a number.
Caught by: test_python_float
Advice: It keeps its device (and, not detached, its graph) alive in every list that it is put into. Return
    loss.item().
"""

import torch.nn.functional as F


def train_step(model, optimizer, x_batch, y_batch):
    model.train()
    optimizer.zero_grad()
    logits = model(x_batch)
    loss = F.cross_entropy(logits, y_batch)
    loss.backward()
    optimizer.step()
    return loss.detach()
