"""The optimiser steps twice.

Misconception: One step for the weights and one for the biases, or to be on the safe side.
Caught by: test_update
Advice: Momentum and adaptive rates move on at every call. One backward, one step.
"""

import torch.nn.functional as F


def train_step(model, optimizer, x_batch, y_batch):
    model.train()
    optimizer.zero_grad()
    logits = model(x_batch)
    loss = F.cross_entropy(logits, y_batch)
    loss.backward()
    optimizer.step()
    optimizer.step()
    return loss.item()
