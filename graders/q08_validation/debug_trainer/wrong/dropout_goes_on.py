"""Dropout stays in training mode while it validates.

Misconception: Evaluation mode is for batch norm.
Caught by: test_validation_in_evaluation_mode
Keeps: everything else
Advice: Dropout makes losses random, too: call eval() on the whole model.
"""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

Loader = Iterable[tuple[Tensor, Tensor]]


class ModelTrainer:
    def __init__(
        self,
        model: nn.Module,
        criterion: Callable[[Tensor, Tensor], Tensor],
        optimizer: torch.optim.Optimizer,
        device: str = "cpu",
    ) -> None:
        self.model = model.to(device)
        self.criterion = criterion
        self.optimizer = optimizer
        self.device = device

    def train_epoch(self, loader: Loader) -> float:
        self.model.train()
        losses = []
        for x, y in loader:
            self.optimizer.zero_grad()
            loss = self._loss(x, y)
            loss.backward()
            self.optimizer.step()
            losses.append((loss.item(), len(x)))
        return self._mean(losses)

    def validate(self, loader: Loader) -> float:
        modes = [(module, module.training) for module in self.model.modules()]
        for module in self.model.modules():
            if not isinstance(module, nn.Dropout):
                module.training = False
        try:
            with torch.no_grad():
                losses = [(self._loss(x, y).item(), len(x)) for x, y in loader]
        finally:
            for module, mode in modes:
                module.training = mode
        return self._mean(losses)

    def fit(self, train_loader: Loader, val_loader: Loader, epochs: int = 10) -> dict[str, list[float]]:
        if epochs < 1:
            raise ValueError("epochs must be at least 1")
        history: dict[str, list[float]] = {"train_loss": [], "val_loss": []}
        for _ in range(epochs):
            history["train_loss"].append(self.train_epoch(train_loader))
            history["val_loss"].append(self.validate(val_loader))
        return history

    def _loss(self, x: Tensor, y: Tensor) -> Tensor:
        return self.criterion(self.model(x.to(self.device)), y.to(self.device))

    def _mean(self, losses: list[tuple[float, int]]) -> float:
        """The mean over samples, from each batch's mean and size."""
        if not losses:
            raise ValueError("the loader is empty")
        return sum(loss * size for loss, size in losses) / sum(size for _, size in losses)
