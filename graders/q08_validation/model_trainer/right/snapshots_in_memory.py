"""Right, with per-batch sums in tensors, the best state saved as bytes, and modes kept by a context manager."""

import contextlib
import io
import itertools

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

    def fit(self, train_loader, val_loader, epochs=10, patience=None):
        if not epochs >= 1 or not (patience is None or patience >= 1):
            raise ValueError(f"epochs={epochs}, patience={patience}")
        train, val, file, best_epoch = [], [], None, 0
        lowest = None
        for epoch in itertools.count(1):
            train.append(self.train_epoch(train_loader))
            val.append(self.validate(val_loader))
            if patience is not None:
                if val[-1] == val[-1] and (lowest is None or val[-1] < lowest):
                    lowest, best_epoch, file = val[-1], epoch, io.BytesIO()
                    torch.save(self.net.state_dict(), file)
                if epoch - best_epoch >= patience:
                    break
            if epoch == epochs:
                break
        if file is not None:
            file.seek(0)
            self.net.load_state_dict(torch.load(file, weights_only=True))
        return dict(train_loss=train, val_loss=val)
