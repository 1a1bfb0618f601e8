from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional


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
    if accumulation_steps < 1:
        raise ValueError("accumulation_steps must be at least 1")
    model.train()
    total, seen = 0.0, 0
    for number, (x, y) in enumerate(loader, start=1):
        loss = functional.cross_entropy(model(x), y)
        loss.backward()
        total += loss.item() * len(y)
        seen += len(y)
        if number % accumulation_steps == 0:
            optimizer.step()
            optimizer.zero_grad()
    if not seen:
        raise ValueError("the loader is empty")
    return total / seen
