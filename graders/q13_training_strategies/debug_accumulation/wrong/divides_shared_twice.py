"""Gradients are divided module by module: a parameter with two places is divided twice.

Misconception: Every parameter belongs to one module.
Caught by: test_groups_of_one, test_mean_over_the_group, test_last_group, test_gradients_before
Advice: Parameters may be shared: go through the optimiser's groups, or model.parameters(), which name each once.
"""

from collections.abc import Iterable

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
    for number, (x, y) in enumerate(loader, start=1):
        loss = functional.cross_entropy(model(x), y, reduction="sum")
        loss.backward()
        total += loss.item()
        seen += len(y)
        waiting += len(y)
        if number % accumulation_steps == 0:
            _step(model, optimizer, waiting)
            waiting = 0
    if not seen:
        raise ValueError("the loader is empty")
    if waiting:
        _step(model, optimizer, waiting)
    return total / seen


def _step(model: nn.Module, optimizer: torch.optim.Optimizer, samples: int) -> None:
    """One step along the mean over the samples whose gradients have come together."""
    for module in model.modules():
        for parameter in module._parameters.values():
            if parameter is not None and parameter.grad is not None:
                parameter.grad /= samples
    optimizer.step()
    optimizer.zero_grad()
