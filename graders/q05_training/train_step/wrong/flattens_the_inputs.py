"""Each sample is made a row before the model sees it.

Misconception: Models take rows.
Caught by: test_small_batch_of_images
Advice: The model gets the batch as it is: it knows what shape it wants.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional


def train_step(model: nn.Module, optimizer: torch.optim.Optimizer, x_batch: Tensor, y_batch: Tensor) -> float:
    model.train()
    optimizer.zero_grad()
    loss = functional.cross_entropy(model(x_batch.flatten(1)), y_batch)
    loss.backward()
    optimizer.step()
    return loss.item()
