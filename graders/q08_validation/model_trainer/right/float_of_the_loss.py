"""Right, with one sweep for both, the best state kept by module, and float(loss) on a loss that has its graph."""

import contextlib
import dataclasses

import torch


@dataclasses.dataclass
class _Mean:
    total: float = 0.0
    count: int = 0

    def add(self, value, n):
        self.total += value * n
        self.count += n

    def __float__(self):
        if not self.count:
            raise ValueError("loader without batches")
        return self.total / self.count


class _Best:
    def __init__(self, model):
        self.model, self.value, self.state, self.age = model, None, None, 0

    def see(self, value):
        if value == value and (self.value is None or value < self.value):
            self.value, self.age = value, 0
            self.state = [(m, k, k in m._parameters, t.detach().clone())
                          for m in self.model.modules()
                          for k, t in (m._parameters | m._buffers).items() if t is not None]
        else:
            self.age += 1

    @torch.no_grad()
    def restore(self):
        for m, k, is_param, t in self.state or ():
            now = getattr(m, k)
            if now is not None and now.shape == t.shape:
                now.copy_(t)
            else:
                m._buffers[k] = t


class ModelTrainer:
    def __init__(self, model, criterion, optimizer, device="cpu"):
        self.device = torch.device(device)
        self.model, self.criterion, self.optimizer = model.to(self.device), criterion, optimizer

    def _sweep(self, loader, after):
        mean = _Mean()
        for x, y in loader:
            loss = self.criterion(self.model(x.to(self.device)), y.to(self.device))
            mean.add(float(loss), x.size(0))
            after(loss)
        return float(mean)

    def _step(self, loss):
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()

    def train_epoch(self, loader):
        self.model.train()
        return self._sweep(loader, self._step)

    def validate(self, loader):
        with contextlib.ExitStack() as stack:
            for m in self.model.modules():
                stack.callback(setattr, m, "training", m.training)
            self.model.eval()
            stack.enter_context(torch.inference_mode())
            return self._sweep(loader, lambda loss: None)

    def fit(self, train_loader, val_loader, epochs=10, patience=None):
        if epochs < 1:
            raise ValueError("epochs < 1")
        if patience is not None and patience < 1:
            raise ValueError("patience < 1")
        history = {"train_loss": [], "val_loss": []}
        best = _Best(self.model)
        while len(history["val_loss"]) < epochs:
            history["train_loss"] += [self.train_epoch(train_loader)]
            history["val_loss"] += [self.validate(val_loader)]
            if patience is not None:
                best.see(history["val_loss"][-1])
                if best.age == patience:
                    break
        if patience is not None:
            best.restore()
        return history
