"""The modes are not given back where the loader turns out to be empty.

Misconception: Only the model can raise.
Caught by: test_errors
Advice: The mean of nothing raises as well. Give the modes back in a finally block around all that may fail.
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
        self.model.eval()
        try:
            with torch.no_grad():
                losses = [(self._loss(x, y).item(), len(x)) for x, y in loader]
        except Exception:
            self._give_back(modes)
            raise
        mean = self._mean(losses)
        self._give_back(modes)
        return mean

    @staticmethod
    def _give_back(modes):
        for module, mode in modes:
            module.training = mode

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
