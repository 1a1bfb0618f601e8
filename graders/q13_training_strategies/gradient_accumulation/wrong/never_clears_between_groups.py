"""Gradients are cleared once, at the start.

Misconception: step() uses them up.
Caught by: test_groups
Keeps: test_one_group
Advice: step() only reads them. Clear them after each step, or each group inherits those before it.
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
    total, seen = 0.0, 0
    while group := list(islice(batches, accumulation_steps)):
        size = sum(len(y) for _, y in group)
        for x, y in group:
            loss = functional.cross_entropy(model(x), y, reduction="sum")
            (loss / size).backward()
            total += loss.item()
        optimizer.step()
        seen += size
    if not seen:
        raise ValueError("the loader is empty")
    return total / seen
