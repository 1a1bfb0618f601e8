"""Losses come back as tensors.

Misconception: A 0-d tensor is a number.
Caught by: test_history
Advice: Convert with item().
"""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

Loader = Iterable[tuple[Tensor, Tensor]]


class ProgressiveFineTuner:
    def __init__(
        self,
        learner: nn.Module,
        criterion: Callable[[Tensor, Tensor], Tensor],
        stages: list[dict],
        epochs_per_stage: int = 5,
    ) -> None:
        self.learner = learner
        self.criterion = criterion
        self.stages = stages
        self.epochs_per_stage = epochs_per_stage

    def fine_tune(self, train_loader: Loader, val_loader: Loader) -> list[dict]:
        history = []
        for number, stage in enumerate(self.stages):
            self.learner.unfreeze_layers(stage["unfreeze_layers"])
            optimizer = self.learner.configure_optimizer(lr=stage["lr"])
            record = {"stage": number, "lr": stage["lr"], "train_loss": [], "val_loss": []}
            for _ in range(self.epochs_per_stage):
                record["train_loss"].append(self._epoch(train_loader, optimizer))
                record["val_loss"].append(self._epoch(val_loader))
            history.append(record)
        return history

    def _epoch(self, loader: Loader, optimizer: torch.optim.Optimizer | None = None) -> float:
        """The mean loss per sample; with an optimiser the epoch trains."""
        training = optimizer is not None
        self.learner.train(training)
        total, samples = 0.0, 0
        with torch.set_grad_enabled(training):
            for x, y in loader:
                loss = self.criterion(self.learner(x), y)
                if training:
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                total += loss.item() * len(x)
                samples += len(x)
        if samples == 0:
            raise ValueError("the loader gives no batch")
        return torch.tensor(total / samples)
