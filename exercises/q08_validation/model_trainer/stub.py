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
        raise NotImplementedError

    def train_epoch(self, loader: Loader) -> float:
        """One step for each batch; the mean loss per sample. ValueError for an empty loader."""
        raise NotImplementedError

    def validate(self, loader: Loader) -> float:
        """The mean loss per sample, with nothing changed. ValueError for an empty loader."""
        raise NotImplementedError

    def fit(
        self, train_loader: Loader, val_loader: Loader, epochs: int = 10, patience: int | None = None
    ) -> dict[str, list[float]]:
        """Train and validate; the history `train_loss`, `val_loss`.

        With `patience`, stop after that many epochs in a row without a new best, and hold the best epoch's state.
        ValueError for `epochs < 1`, `patience < 1` or an empty loader.
        """
        raise NotImplementedError
