"""Curriculum learning: one stage of training after another, easiest data first.

Idea
    Early in training the gradient of a hard example says little, since the network has nothing yet to tell it apart
    with. A curriculum spends the first epochs on data that teach the coarse structure (short sentences, clean images)
    and widens it stage by stage. The loop itself is two nested loops; what can go wrong is the bookkeeping around it.

Cost
    `len(loaders) * epochs_per_stage` epochs. Nothing else here takes time.

Pitfalls
    The rate read after `scheduler.step()`: every entry then tells the rate of the following epoch. A new scheduler, or
    a step, for each stage in place of each epoch: the rate is meant to go on falling over the whole run. The epoch
    number starting anew in each stage. `len(loaders)`, or going through the loaders once an epoch: a generator has no
    length, and is empty the second time. Epochs outside and loaders inside is no curriculum at all, since every epoch
    then sees everything.

Follow-up questions
    Why call `step` after the epoch and not before? The optimiser starts with the first rate of the schedule; torch
    warns where the scheduler moves before the optimiser has, because that first rate is then skipped.
    Would you drop the easy data in later stages? Usually not: stages are mostly cumulative, so that nothing is
    forgotten. That is decided by the loaders, not here.
    How do you know what is easy? From a measure of the data (length, noise), or from the loss under an earlier model;
    if the model in training decides for itself, it is called self-paced learning.
"""

from collections.abc import Callable, Iterable
from typing import Any


def train_with_curriculum(
    train_epoch: Callable[[Any], float], loaders: Iterable[Any], scheduler: Any = None, epochs_per_stage: int = 5
) -> list[dict[str, Any]]:
    """Train on one loader after another; a dict with `stage`, `epoch`, `loss` and `lr` for each epoch.

    train_epoch: trains on a loader and returns the loss. loaders: one a stage, in order, gone through once.
    scheduler: None, or what has `step()` and `get_last_lr()`. epochs_per_stage: epochs on each loader.
    """
    history: list[dict[str, Any]] = []
    for stage, loader in enumerate(loaders):
        for _ in range(epochs_per_stage):
            loss = train_epoch(loader)
            lr = None if scheduler is None else scheduler.get_last_lr()[0]
            history.append({"stage": stage, "epoch": len(history), "loss": loss, "lr": lr})
            if scheduler is not None:
                scheduler.step()
    return history
