from collections.abc import Callable, Iterable
from typing import Any


def train_with_curriculum(
    train_epoch: Callable[[Any], float], loaders: Iterable[Any], scheduler: Any = None, epochs_per_stage: int = 5
) -> list[dict[str, Any]]:
    """Train on one loader after another; a dict with `stage`, `epoch`, `loss` and `lr` for each epoch.

    train_epoch: trains on a loader and returns the loss. loaders: one a stage, in order, gone through once.
    scheduler: None, or what has `step()` and `get_last_lr()`. epochs_per_stage: epochs on each loader.
    """
    raise NotImplementedError
