"""What is left after the last full group makes no step.

Misconception: A group that is not full does not count.
Caught by: test_last_group, test_number_of_steps
Keeps: test_groups
Advice: Its samples would never train. Step for the shorter group too.
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
        if len(group) == accumulation_steps:
            optimizer.step()
        optimizer.zero_grad()
        seen += size
    if not seen:
        raise ValueError("the loader is empty")
    return total / seen
