"""Divides in a hook of the optimiser, which it leaves there.

Misconception: A hook ends with the function that registered it.
Caught by: test_no_gradients_left
Keeps: everything else
Advice: The next epoch on this optimiser divides twice. Keep the handle, and remove the hook in a finally.
"""

from collections.abc import Iterable
from typing import Any

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
        raise ValueError(f"accumulation_steps must be at least 1, and is {accumulation_steps}")
    samples = 0

    def divide(optimizer: torch.optim.Optimizer, *_: Any) -> None:
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    parameter.grad /= samples

    optimizer.register_step_pre_hook(divide)
    model.train()
    optimizer.zero_grad()
    total, seen, waiting = 0.0, 0, 0
    for x, y in loader:
        loss = functional.cross_entropy(model(x), y, reduction="sum")
        loss.backward()
        total, seen = total + loss.item(), seen + len(y)
        samples, waiting = samples + len(y), waiting + 1
        if waiting == accumulation_steps:
            optimizer.step()
            optimizer.zero_grad()
            samples = waiting = 0
    if waiting:
        optimizer.step()
        optimizer.zero_grad()
    if not seen:
        raise ValueError("the loader is empty")
    return total / seen
