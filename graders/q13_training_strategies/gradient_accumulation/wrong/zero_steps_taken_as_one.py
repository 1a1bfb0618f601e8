"""accumulation_steps below 1 is taken as 1.

Misconception: One should be lenient with arguments.
Caught by: test_accumulation_steps_too_small
Advice: It hides a caller's mistake: raise a ValueError.
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
        accumulation_steps = 1
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
        optimizer.zero_grad()
        seen += size
    if not seen:
        raise ValueError("the loader is empty")
    return total / seen
