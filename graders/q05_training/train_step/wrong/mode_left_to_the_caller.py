"""The mode is taken as it comes.

Misconception: A model is in training mode unless somebody says otherwise.
Caught by: test_training_mode
Advice: Somebody did: the validation before. Call model.train() before the forward pass.
"""

import torch.nn.functional as F


def train_step(model, optimizer, x_batch, y_batch):
    optimizer.zero_grad()
    logits = model(x_batch)
    loss = F.cross_entropy(logits, y_batch)
    loss.backward()
    optimizer.step()
    return loss.item()
