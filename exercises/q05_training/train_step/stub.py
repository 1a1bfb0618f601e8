import torch
from torch import Tensor, nn


def train_step(model: nn.Module, optimizer: torch.optim.Optimizer, x_batch: Tensor, y_batch: Tensor) -> float:
    """Make one step on the mean cross-entropy of a batch, in training mode; return the loss before the update.

    `model(x_batch)` gives raw scores (N, C); `y_batch` is int64, (N,).
    """
    raise NotImplementedError
