"""The optimiser steps on an empty loader, with the gradients that were there.

Misconception: The step after the loop does no harm.
Caught by: test_empty_loader
Advice: Clear the gradients first, and step only where a batch was seen.
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
    batches = iter(loader)
    total, seen, stale = 0.0, 0, True
    while group := list(islice(batches, accumulation_steps)):
        size = sum(len(y) for _, y in group)
        if stale:
            optimizer.zero_grad()
            stale = False
        for x, y in group:
            loss = functional.cross_entropy(model(x), y, reduction="sum")
            (loss / size).backward()
            total += loss.item()
        optimizer.step()
        optimizer.zero_grad()
        seen += size
    if not seen:
        optimizer.step()
        raise ValueError("the loader is empty")
    return total / seen
