"""A trainer, mended.

Idea
    Four faults. (1) Nothing put the model into training mode but the first line of fit: from the second epoch on it
    trained in evaluation mode, and train_epoch by itself in whatever mode it met. (2) validate relied on fit for the
    mode and on nobody for autograd: called by itself it moved batch norm's statistics, and it always built graphs.
    (3) Batches' means were averaged as if all batches were of one size. (4) Gradients were cleared once an epoch, so
    that each batch's step had those of all batches before it in it.

Derivation
    The mean over samples is `sum_i n_i m_i / sum_i n_i` for batches of n_i samples with mean m_i. For 3 and 1 samples
    with means 1 and 5 it is 8 / 4 = 2, and not 3.

Cost
    As before; validation becomes cheaper, since no activations are kept for a backward pass.

Pitfalls
    Mending the mode in fit only: each method is called by itself too. Ending validate with `model.train()`: it wakes
    layers that were put to sleep on purpose, and after an exception it does not run. no_grad() without eval(): batch
    norm's statistics move without autograd as well.

Follow-up questions
    Why do such faults live so long? The losses still go down. A test on a model with batch norm, two epochs and batches
    of unequal sizes finds all four.
    Who should own the mode: the method that needs it, or its caller? The method: a caller cannot forget it then.
    How would you see fault 4 in a curve? The step works like heavy momentum that is cut at each epoch's start: losses
    swing more and more within an epoch.
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
