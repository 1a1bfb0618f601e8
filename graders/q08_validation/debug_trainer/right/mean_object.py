"""A running mean in a tensor on the device; one walk for both, with what to do after each batch handed in."""
import torch
from torch import nn


class Mean:
    value, weight = None, 0

    def __lshift__(self, pair):
        loss, n = pair
        loss = loss.detach().double()
        self.weight += n
        self.value = loss if self.value is None else torch.lerp(self.value, loss, n / self.weight)
        return self

    def __float__(self):
        if self.value is None:
            raise ValueError("empty")
        return self.value.item()


class ModelTrainer:
    def __init__(self, model, criterion, optimizer, device="cpu"):
        vars(self).update(model=model, criterion=criterion, optimizer=optimizer, device=torch.device(device))

    def __call__(self, loader, update):
        self.model.to(self.device)
        mean = Mean()
        for batch in loader:
            x, y = (t.to(self.device, copy=True) for t in batch)
            loss = self.criterion(self.model(x), y)
            mean << (loss, y.shape[0])
            update(loss)
        return float(mean)

    def train_epoch(self, loader):
        def update(loss):
            self.model.zero_grad(set_to_none=True)
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            self.optimizer.step()

        self.model.train()
        return self(loader, update)

    @torch.no_grad()
    def validate(self, loader):
        on = [m for m in self.model.modules() if m.training]
        self.model.train(False)
        try:
            return self(loader, id)
        finally:
            for m in on:
                m.training = True

    def fit(self, train_loader, val_loader, epochs=10):
        if epochs < 1:
            raise ValueError(f"{epochs=}")
        rows = [(self.train_epoch(train_loader), self.validate(val_loader)) for _ in range(epochs)]
        return {k: [r[i] for r in rows] for i, k in enumerate(("train_loss", "val_loss"))}
