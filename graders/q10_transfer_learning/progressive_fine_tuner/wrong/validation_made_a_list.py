"""Makes a list of the validation loader once.

Misconception: nothing changes in validation data.
Caught by: test_loader_of_every_epoch
Keeps: everything else
Advice: A loader may draw its batches anew each time, and may be larger than memory: iterate over it in every epoch.
"""

import torch


class ProgressiveFineTuner:
    def __init__(self, learner, criterion, stages, epochs_per_stage=5):
        self.learner = learner
        self.criterion = criterion
        self.stages = stages
        self.epochs_per_stage = epochs_per_stage

    def _train(self, loader, optimizer):
        self.learner.train()
        total, count = 0.0, 0
        for x, y in loader:
            optimizer.zero_grad()
            loss = self.criterion(self.learner(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
            count += len(x)
        if count == 0:
            raise ValueError("the training loader is empty")
        return total / count

    def _validate(self, loader):
        self.learner.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for x, y in loader:
                total += self.criterion(self.learner(x), y).item() * len(x)
                count += len(x)
        if count == 0:
            raise ValueError("the validation loader is empty")
        return total / count

    def fine_tune(self, train_loader, val_loader):
        val_loader = list(val_loader)
        results = []
        for i, stage in enumerate(self.stages):
            self.learner.unfreeze_layers(stage["unfreeze_layers"])
            optimizer = self.learner.configure_optimizer(lr=stage["lr"])
            result = {"stage": i, "lr": stage["lr"], "train_loss": [], "val_loss": []}
            for _ in range(self.epochs_per_stage):
                result["train_loss"].append(self._train(train_loader, optimizer))
                result["val_loss"].append(self._validate(val_loader))
            results.append(result)
        return results
