"""The loss is computed again after the update.

Misconception: The loss of a step is what the model has reached by it.
Caught by: test_loss_before_update, test_one_forward, test_training_mode
Advice: Asked for is the loss that the gradient was taken of. It is there already; running the model again
    costs a third of the step.
"""

import torch
import torch.nn.functional as F


def train_step(model, optimizer, x_batch, y_batch):
    model.train()
    optimizer.zero_grad()
    logits = model(x_batch)
    loss = F.cross_entropy(logits, y_batch)
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        return F.cross_entropy(model(x_batch), y_batch).item()
