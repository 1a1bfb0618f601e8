from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

Loader = Iterable[tuple[Tensor, Tensor]]


class ModelTrainer:
    """Trains and validates a model; `criterion(model(x), y)` is the mean loss of a batch."""

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
        """One step for each batch; the mean loss per sample. ValueError for an empty loader."""
        self.optimizer.zero_grad()
        losses = []
        for x, y in loader:
            loss = self._loss(x, y)
            loss.backward()
            self.optimizer.step()
            losses.append(loss.item())
        return self._mean(losses)

    def validate(self, loader: Loader) -> float:
        """The mean loss per sample, with nothing changed. ValueError for an empty loader."""
        losses = [self._loss(x, y).item() for x, y in loader]
        return self._mean(losses)

    def fit(self, train_loader: Loader, val_loader: Loader, epochs: int = 10) -> dict[str, list[float]]:
        """Train and validate; the history `train_loss`, `val_loss`. ValueError for `epochs < 1` or an empty loader."""
        if epochs < 1:
            raise ValueError("epochs must be at least 1")
        history: dict[str, list[float]] = {"train_loss": [], "val_loss": []}
        self.model.train()
        for _ in range(epochs):
            history["train_loss"].append(self.train_epoch(train_loader))
            self.model.eval()
            history["val_loss"].append(self.validate(val_loader))
        return history

    def _loss(self, x: Tensor, y: Tensor) -> Tensor:
        return self.criterion(self.model(x.to(self.device)), y.to(self.device))

    def _mean(self, losses: list[float]) -> float:
        if not losses:
            raise ValueError("the loader is empty")
        return sum(losses) / len(losses)
