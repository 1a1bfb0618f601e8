"""Right, with running means, a decorator for autograd, and gradients from torch.autograd.grad."""

import torch


class ModelTrainer:
    def __init__(self, model, criterion, optimizer, device="cpu"):
        self.m = model
        self.c = criterion
        self.o = optimizer
        self.d = device
        for part in (model,):
            part.to(device)

    def train_epoch(self, loader):
        self.m.train()
        n, mean = 0, 0.0
        for x, y in loader:
            x = x.to(self.d)
            y = y.to(self.d)
            loss = self.c(self.m(x), y)
            ps = [p for g in self.o.param_groups for p in g["params"] if p.requires_grad]
            for p, grad in zip(ps, torch.autograd.grad(loss, ps, allow_unused=True)):
                p.grad = grad
            self.o.step()
            n += x.shape[0]
            mean += (float(loss.detach()) - mean) * x.shape[0] / n
        if n == 0:
            raise ValueError("empty")
        return float(mean)

    @torch.no_grad()
    def validate(self, loader):
        flags = [m.training for m in self.m.modules()]
        try:
            self.m.eval()
            n, mean = 0, 0.0
            for x, y in loader:
                n += len(x)
                mean += (float(self.c(self.m(x.to(self.d)), y.to(self.d))) - mean) * len(x) / n
        finally:
            for m, flag in zip(self.m.modules(), flags):
                m.training = flag
        if n == 0:
            raise ValueError("empty")
        return mean

    def fit(self, train_loader, val_loader, epochs=10):
        if epochs < 1:
            raise ValueError("epochs")
        losses = [(self.train_epoch(train_loader), self.validate(val_loader)) for _ in range(epochs)]
        return {"train_loss": [a for a, _ in losses], "val_loss": [b for _, b in losses]}
