"""Gradient accumulation.

Idea
    backward adds to `.grad`, so a step on a large batch can be put together from small ones: go through them one after
    another, let their gradients add up, and step once. Only the activations of one small batch are ever in memory.

Derivation
    Let a group have batches of n_1, ..., n_k samples and n = n_1 + ... + n_k. The mean loss over its samples is
    `sum_i (sum of the losses in batch i) / n`, and the gradient is linear: it is the sum of the gradients of
    `(summed loss of batch i) / n`. Dividing each batch's *mean* by k is the same only where all n_i are equal, and in
    the last group only where it has k batches.

Cost
    The passes of an ordinary epoch, and fewer steps. n is known only when the group has been read, so that the group's
    inputs are kept, which are small beside activations. To keep not even those: add up the gradients of sums, and
    divide every `.grad` by n before the step.

Pitfalls
    Not dividing at all: the gradient grows with the number of batches, and so does the effective rate. Dividing by
    `accumulation_steps` in a last group that is shorter. Leaving that group out: its samples never train, and its
    gradients wait for the next epoch. Clearing gradients only after a step: the first group still gets what was there
    before. Asking `len(loader)`: a generator has none.

Follow-up questions
    Is accumulation the same as a large batch? For the gradient, yes; not for batch norm, which normalises each small
    batch by itself and moves its running statistics k times. Layer or group norm do not care.
    Where does clipping go? Between the last backward of a group and the step: the norm that counts is the group's.
    What changes with several processes? Gradients need to be averaged over processes only in the last backward of a
    group (`no_sync` in the others), and n is the sum over all of them.
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
        optimizer.step()
        optimizer.zero_grad()
        seen += size
    if not seen:
        raise ValueError("the loader is empty")
    return total / seen
