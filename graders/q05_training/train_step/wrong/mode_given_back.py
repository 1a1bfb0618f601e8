"""The mode that was found is put back in the end.

Misconception: A function should leave the model as it found it.
Caught by: test_left_in_training_mode
Advice: Here the task says training mode, left so: the next step of the loop relies on it.
"""

import torch.nn.functional as F


def train_step(model, optimizer, x_batch, y_batch):
    was_training = model.training
    model.train()
    optimizer.zero_grad()
    logits = model(x_batch)
    loss = F.cross_entropy(logits, y_batch)
    loss.backward()
    optimizer.step()
    model.train(was_training)
    return loss.item()
