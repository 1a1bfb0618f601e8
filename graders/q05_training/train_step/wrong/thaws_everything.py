"""All parameters are made to require gradients.

Misconception: Training needs them all.
Caught by: test_some_parameters
Advice: A frozen parameter was frozen on purpose, even where the optimiser holds it.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional


def train_step(model: nn.Module, optimizer: torch.optim.Optimizer, x_batch: Tensor, y_batch: Tensor) -> float:
    model.train().requires_grad_(True)
    optimizer.zero_grad()
    loss = functional.cross_entropy(model(x_batch), y_batch)
    loss.backward()
    optimizer.step()
    return loss.item()
