"""len(loader) says which batch is the last.

Misconception: Every loader has a length.
Caught by: test_any_loader
Keeps: test_last_group
Advice: A generator has none. Collect a group at a time, or look after the loop for what is left.
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
    batches, groups = iter(loader), -(-len(loader) // accumulation_steps)
    total, seen = 0.0, 0
    for _ in range(groups):
        group = list(islice(batches, accumulation_steps))
        size = sum(len(y) for _, y in group)
        for x, y in group:
            loss = functional.cross_entropy(model(x), y, reduction="sum")
            (loss / size).backward()
            total += loss.item()
        optimizer.step()
        optimizer.zero_grad()
        seen += size
    if not seen:
        raise ValueError("the loader is empty")
    return total / seen
