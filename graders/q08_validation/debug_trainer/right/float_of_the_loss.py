"""Right, with a function for each step, and each loss read by float(loss) while it has its graph."""

import contextlib
import math
from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

Loader = Iterable[tuple[Tensor, Tensor]]


@contextlib.contextmanager
def _frozen_eval(model):
    before = {m: m.training for m in model.modules()}
    try:
        for m in before:
            m.training = False
        with torch.inference_mode():
            yield
    finally:
        for m, flag in before.items():
            m.training = flag


class ModelTrainer:
    def __init__(self, model, criterion, optimizer, device="cpu") -> None:
        self.model = model.to(device)
        self.criterion = criterion
        self.optimizer = optimizer
        self.device = device

    def train_epoch(self, loader: Loader) -> float:
        self.model.train()

        def one(batch):
            x, y = batch
            self.optimizer.zero_grad()
            loss = self._loss(x, y)
            loss.backward()
            self.optimizer.step()
            return float(loss), len(x)

        return self._mean([one(b) for b in loader])

    def validate(self, loader: Loader) -> float:
        with _frozen_eval(self.model):
            return self._mean([(self._loss(x, y).item(), x.shape[0]) for x, y in loader])

    def fit(self, train_loader: Loader, val_loader: Loader, epochs: int = 10) -> dict[str, list[float]]:
        if epochs < 1:
            raise ValueError("epochs must be at least 1")
        rows = [(self.train_epoch(train_loader), self.validate(val_loader)) for _ in range(epochs)]
        return dict(zip(("train_loss", "val_loss"), map(list, zip(*rows))))

    def _loss(self, x: Tensor, y: Tensor) -> Tensor:
        return self.criterion(self.model(x.to(self.device)), y.to(self.device))

    def _mean(self, pairs) -> float:
        if not pairs:
            raise ValueError("the loader is empty")
        return math.fsum(l * n for l, n in pairs) / sum(n for _, n in pairs)
