"""The inputs are made to require gradients.

Misconception: backward needs it.
Caught by: test_batch_used_again
Advice: Gradients flow to the parameters by themselves; the batch belongs to the caller.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional


def train_step(model: nn.Module, optimizer: torch.optim.Optimizer, x_batch: Tensor, y_batch: Tensor) -> float:
    model.train()
    optimizer.zero_grad()
    x_batch.requires_grad_()
    loss = functional.cross_entropy(model(x_batch), y_batch)
    loss.backward()
    optimizer.step()
    return loss.item()
