"""Gradient accumulation, mended.

Idea
    Three faults. (1) Each batch's *mean* loss went into backward, so that the gradients of means were added up: the
    step grew with the number of batches, and a sample in a small batch weighed more. (2) A step came only after every
    `accumulation_steps`-th batch: what was left at the end made none, and its gradients stayed for the next epoch.
    (3) Gradients were cleared only after a step: whatever was there at the start went into the first group.

Derivation
    The mean over a group's n samples is `(sum of all their losses) / n`, and backward adds: call it on each batch's
    summed loss, and divide what has come together by n when the group is complete. n is known only then, and the number
    of batches does not occur at all.

Cost
    As before, and one pass over the gradients for each step.

Pitfalls
    Dividing each mean by `accumulation_steps`: right only for full groups of batches of one size. Mending the last
    group with `number == len(loader)`: a generator has no length. Stepping after the loop without asking whether
    anything waits: with gradients of zeros instead of None, momentum then moves the parameters once more. Dividing
    gradients that are None: frozen parameters have none.

Follow-up questions
    How would you have found the faults? Compare with one step on the joined batch, in float64: the gradients must agree
    to rounding. Do it with uneven batches, one batch more than a multiple, and gradients of ones at the start.
    Why did the losses look sensible? The gradient's direction is nearly right, and its size acts like a larger learning
    rate, which Adam even hides. A wrong training loop often still learns.
    Which fault would hurt most in production? The leftovers: they depend on what ran before, so that a run cannot be
    reproduced from its checkpoint.
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
    if waiting:
        _step(optimizer, waiting)
    return total / seen


def _step(optimizer: torch.optim.Optimizer, samples: int) -> None:
    """One step along the mean over the samples whose gradients have come together."""
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            if parameter.grad is not None:
                parameter.grad /= samples
    optimizer.step()
    optimizer.zero_grad()
