"""A trainer with validation and early stopping.

Idea
    Training and validating are one walk over a loader. What differs is said once: mode, autograd, update. Early
    stopping is a small machine with three values: the best loss so far, a copy of the state that had it, and how many
    epochs ago that was.

Derivation
    The criterion gives a batch's mean m_i over n_i samples, so that the loader's mean is
    `sum_i n_i m_i / sum_i n_i`. The mean of the m_i is the same only for batches of one size; the last batch of a
    DataLoader usually is smaller.
    Every comparison with NaN is false: `loss < best` with `best = inf` at the start never takes a NaN, and a finite
    loss after it still counts.

Cost
    Validation costs a third of a training pass over as many samples: no backward, and no activations are kept. With
    patience one copy of the state is held, written at every new best.

Pitfalls
    `state_dict()` gives references: without a copy the best state is always the present one. Parameters without
    buffers: batch norm then works with statistics of later epochs. Restoring only when stopped early: the last epoch
    is seldom the best. Calling `model.train()` at the end of validate: a batch norm that was frozen on purpose is
    awake, and after an exception the model stays in evaluation mode.

Follow-up questions
    eval() or no_grad(): is one enough? They are independent. eval() changes what dropout and batch norm compute;
    no_grad() only saves memory and time. Batch norm's statistics move under no_grad() too.
    What else belongs into a checkpoint? Optimiser, scheduler and scaler state, the epoch, and the generators' states;
    early stopping needs only what the model computes with.
    Which number may you report after early stopping? Not the best validation loss: it was chosen as a minimum, and is
    too low. A test set that no decision has seen gives the honest one.
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
