"""Gradients are divided module by module: a parameter with two places is divided twice.

Misconception: Every parameter belongs to one module.
Caught by: test_one_group
Advice: Parameters may be shared. Divide the loss, or go through model.parameters(), which names each once.
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
            loss.backward()
            total += loss.item()
        for module in model.modules():
            for parameter in module._parameters.values():
                if parameter is not None and parameter.grad is not None:
                    parameter.grad /= size
        optimizer.step()
        optimizer.zero_grad()
        seen += size
    if not seen:
        raise ValueError("the loader is empty")
    return total / seen
