"""Batches are collected and go through the model at once.

Misconception: The gradient is the same.
Caught by: test_one_forward_a_batch
Keeps: test_mean_over_the_group, test_last_group
Advice: That needs the memory that accumulation is there to save, and batch norm sees another batch.
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
    total, seen, waiting = 0.0, 0, 0
    batches = iter(loader)
    while group := list(islice(batches, accumulation_steps)):
        x, y = map(torch.cat, zip(*group))
        loss = functional.cross_entropy(model(x), y, reduction="sum")
        loss.backward()
        total += loss.item()
        seen += len(y)
        _step(optimizer, len(y))
    if not seen:
        raise ValueError("the loader is empty")
    return total / seen


def _step(optimizer: torch.optim.Optimizer, samples: int) -> None:
    """One step along the mean over the samples whose gradients have come together."""
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            if parameter.grad is not None:
                parameter.grad /= samples
    optimizer.step()
    optimizer.zero_grad()
