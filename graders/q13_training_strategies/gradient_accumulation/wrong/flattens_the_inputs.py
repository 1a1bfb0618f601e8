"""Each sample is made a row before the model sees it.

Misconception: Models take rows.
Caught by: test_single_images
Advice: The model gets the batch as it is: it knows what shape it wants.
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
            loss = functional.cross_entropy(model(x.flatten(1)), y, reduction="sum")
            (loss / size).backward()
            total += loss.item()
        optimizer.step()
        optimizer.zero_grad()
        seen += size
    if not seen:
        raise ValueError("the loader is empty")
    return total / seen
