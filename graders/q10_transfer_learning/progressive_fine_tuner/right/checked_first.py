"""Right, with loaders looked into beforehand, closures for the optimiser, and numpy's weighted average."""

from functools import partial

import numpy as np
import torch
from torch import no_grad


class ProgressiveFineTuner(object):
    def __init__(self, learner, criterion, stages, epochs_per_stage=5):
        self.learner, self.criterion = learner, criterion
        self.stages = [dict(stage) for stage in stages]
        self.n = epochs_per_stage

    def fine_tune(self, train_loader, val_loader):
        for loader in (train_loader, val_loader):
            if next(iter(loader), None) is None:
                raise ValueError("a loader is empty")
        out = []
        for stage in self.stages:
            self.learner.unfreeze_layers(n=stage["unfreeze_layers"])
            opt = self.learner.configure_optimizer(stage["lr"])
            train_loss, val_loss = [], []
            for _ in range(self.n):
                train_loss.append(self.run(train_loader, True, lambda f: opt.step(partial(self.closure, opt, f))))
                with no_grad():
                    val_loss.append(self.run(val_loader, False, lambda f: f()))
            out.append({"stage": len(out), "lr": stage["lr"], "train_loss": train_loss, "val_loss": val_loss})
        return out

    def closure(self, opt, f):
        self.learner.zero_grad(set_to_none=True)
        with torch.enable_grad():
            loss = f()
        loss.backward()
        return loss

    def run(self, loader, mode, do):
        self.learner.train() if mode else self.learner.eval()
        losses, sizes = [], []
        for x, y in loader:
            losses.append(do(lambda: self.criterion(self.learner(x), y)).item())
            sizes.append(len(y))
        return float(np.average(losses, weights=sizes))
