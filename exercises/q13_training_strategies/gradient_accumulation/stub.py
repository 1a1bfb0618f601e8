from collections.abc import Iterable

import torch
from torch import Tensor, nn


def train_with_accumulation(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    loader: Iterable[tuple[Tensor, Tensor]],
    accumulation_steps: int = 4,
) -> float:
    """Train for one epoch with one step for every `accumulation_steps` batches; return the mean loss per sample.

    `model(x)` gives raw scores (N, C); `y` is int64, (N,).
    ValueError for `accumulation_steps < 1` and for a loader without batches.
    """
    raise NotImplementedError
