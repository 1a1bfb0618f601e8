"""The number of samples is taken from the first group, for all groups.

Misconception: All groups are alike.
Caught by: test_last_group
Advice: The last one is shorter, and sizes may differ anywhere: count each group's samples.
"""

from collections.abc import Iterable
from itertools import islice

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
    batches = iter(loader)
    total, seen, size = 0.0, 0, 0
    while group := list(islice(batches, accumulation_steps)):
        size = size or sum(len(y) for _, y in group)
        for x, y in group:
            loss = functional.cross_entropy(model(x), y, reduction="sum")
            (loss / size).backward()
            total += loss.item()
        optimizer.step()
        optimizer.zero_grad()
        seen += sum(len(y) for _, y in group)
    if not seen:
        raise ValueError("the loader is empty")
    return total / seen
