"""Right, with a deep copy of the model as the best one, and gradients from torch.autograd.grad."""

import copy

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

    def fit(self, train_loader, val_loader, epochs=10, patience=None):
        if epochs < 1:
            raise ValueError("epochs")
        if patience is not None and patience < 1:
            raise ValueError("patience")
        h = {"train_loss": [], "val_loss": []}
        best = (float("inf"), None)
        bad = 0
        while len(h["val_loss"]) < epochs and (patience is None or bad < patience):
            h["train_loss"].append(self.train_epoch(train_loader))
            v = self.validate(val_loader)
            h["val_loss"].append(v)
            bad += 1
            if v < best[0] and patience is not None:
                best, bad = (v, copy.deepcopy(self.m)), 0
        if best[1] is not None:
            with torch.no_grad():
                for mine, kept in zip(self.m.parameters(), best[1].parameters()):
                    mine.copy_(kept)
                for mine, kept in zip(self.m.buffers(), best[1].buffers()):
                    mine.copy_(kept)
        return h
