"""The losses are computed again after each step.

Misconception: The loss to report is that of the trained model.
Caught by: test_loss_before_update, test_one_forward_a_batch
Advice: That is another forward pass for each batch. Keep the losses that you have.
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
        optimizer.step()
        optimizer.zero_grad()
        with torch.no_grad():
            total += sum(functional.cross_entropy(model(x), y, reduction="sum").item() for x, y in group)
        seen += size
    if not seen:
        raise ValueError("the loader is empty")
    return total / seen
