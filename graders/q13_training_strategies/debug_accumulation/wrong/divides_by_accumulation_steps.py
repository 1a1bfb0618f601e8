"""Each batch's mean loss is divided by accumulation_steps.

Misconception: A group's mean is the mean of its batches' means.
Caught by: test_mean_over_the_group, test_last_group
Advice: Sizes differ, and the last group has fewer batches. Divide by samples.
"""

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
    if accumulation_steps < 1:
        raise ValueError("accumulation_steps must be at least 1")
    model.train()
    optimizer.zero_grad()
    total, seen, waiting = 0.0, 0, 0
    for number, (x, y) in enumerate(loader, start=1):
        loss = functional.cross_entropy(model(x), y)
        (loss / accumulation_steps).backward()
        total += loss.item() * len(y)
        seen += len(y)
        waiting += len(y)
        if number % accumulation_steps == 0:
            _step(optimizer, waiting)
            waiting = 0
    if not seen:
        raise ValueError("the loader is empty")
    if waiting:
        _step(optimizer, waiting)
    return total / seen


def _step(optimizer: torch.optim.Optimizer, samples: int) -> None:
    """One step along the mean over the samples whose gradients have come together."""
    optimizer.step()
    optimizer.zero_grad()
