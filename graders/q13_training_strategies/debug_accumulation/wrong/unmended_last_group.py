"""What is left after the last full group still makes no step.

Misconception: A group that is not full does not count.
Caught by: test_last_group
Keeps: test_mean_over_the_group, test_gradients_before, test_full_groups
Advice: Its samples never train, and its gradients stay. Step after the loop where something waits.
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
            _step(optimizer, waiting)
            waiting = 0
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
