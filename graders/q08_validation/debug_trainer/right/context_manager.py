"""Right, with closures for the steps, and modes kept by a context manager."""

import contextlib

import torch


@contextlib.contextmanager
def evaluation(net):
    awake = {m for m in net.modules() if m.training}
    net.train(False)
    try:
        with torch.inference_mode():
            yield
    finally:
        for m in net.modules():
            m.training = m in awake


class ModelTrainer(object):
    def __init__(self, model, criterion, optimizer, device="cpu"):
        self.net, self.crit, self.opt = model, criterion, optimizer
        self.dev = torch.device(device)
        self.net.to(self.dev)

    def train_epoch(self, loader):
        for m in self.net.modules():
            m.training = True
        sums, sizes = [], []
        for batch in loader:
            inputs, targets = (t.to(self.dev, non_blocking=True) for t in batch)

            def closure():
                self.net.zero_grad(set_to_none=False)
                value = self.crit(self.net(inputs), targets)
                value.backward()
                return value

            value = self.opt.step(closure)
            sizes.append(inputs.size(0))
            sums.append(float(value.detach()) * sizes[-1])
        return self._mean(sums, sizes)

    def validate(self, loader):
        sums, sizes = [], []
        with evaluation(self.net):
            for inputs, targets in loader:
                value = self.crit(self.net(inputs.to(self.dev)), targets.to(self.dev))
                sizes.append(inputs.size(0))
                sums.append(value.item() * sizes[-1])
        return self._mean(sums, sizes)

    @staticmethod
    def _mean(sums, sizes):
        if not sizes:
            raise ValueError("no batch in the loader")
        return sum(sums) / sum(sizes)

    def fit(self, train_loader, val_loader, epochs=10):
        if not epochs >= 1:
            raise ValueError(f"epochs={epochs}")
        history = dict(train_loss=[], val_loss=[])
        for _ in range(epochs):
            history["train_loss"] += [self.train_epoch(train_loader)]
            history["val_loss"] += [self.validate(val_loader)]
        return history
