"""fit with patience ends by clearing the optimiser's state.

Misconception: Momentum belongs to the epochs that were thrown away.
Caught by: test_fit_again
Keeps: everything else
Advice: The next call goes on with the optimiser as it is: leave its state alone.
"""

from collections.abc import Callable, Iterable
from copy import deepcopy
from math import inf

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
        return self._walk(loader, self._step)

    def validate(self, loader: Loader) -> float:
        modes = [(module, module.training) for module in self.model.modules()]
        self.model.eval()
        try:
            with torch.no_grad():
                return self._walk(loader)
        finally:
            for module, mode in modes:
                module.training = mode

    def fit(
        self, train_loader: Loader, val_loader: Loader, epochs: int = 10, patience: int | None = None
    ) -> dict[str, list[float]]:
        if epochs < 1:
            raise ValueError("epochs must be at least 1")
        if patience is not None and patience < 1:
            raise ValueError("patience must be at least 1")
        history: dict[str, list[float]] = {"train_loss": [], "val_loss": []}
        best, best_state, waited = inf, None, 0
        for _ in range(epochs):
            history["train_loss"].append(self.train_epoch(train_loader))
            history["val_loss"].append(self.validate(val_loader))
            if patience is None:
                continue
            if history["val_loss"][-1] < best:
                best, best_state, waited = history["val_loss"][-1], deepcopy(self.model.state_dict()), 0
                continue
            waited += 1
            if waited == patience:
                break
        if best_state is not None:
            self.model.load_state_dict(best_state)
        if patience is not None:
            self.optimizer.state.clear()
        return history

    def _walk(self, loader: Loader, update: Callable[[Tensor], None] | None = None) -> float:
        """The mean loss per sample; `update` is called with each batch's loss."""
        total, samples = 0.0, 0
        for x, y in loader:
            x, y = x.to(self.device), y.to(self.device)
            loss = self.criterion(self.model(x), y)
            if update is not None:
                update(loss)
            total += loss.item() * len(x)
            samples += len(x)
        if not samples:
            raise ValueError("the loader is empty")
        return total / samples

    def _step(self, loss: Tensor) -> None:
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
