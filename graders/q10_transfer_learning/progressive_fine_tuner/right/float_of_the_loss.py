"""Right, with generators of losses, and each read by float(loss) while it has its graph."""

from dataclasses import asdict, dataclass, field

import torch


@dataclass
class _Row:
    stage: int
    lr: float
    train_loss: list = field(default_factory=list)
    val_loss: list = field(default_factory=list)


def _mean(pairs):
    losses, counts = zip(*pairs) if (pairs := list(pairs)) else ((), ())
    if not counts:
        raise ValueError("a loader gives no batch")
    return sum(l * n for l, n in zip(losses, counts)) / sum(counts)


class ProgressiveFineTuner:
    def __init__(self, learner, criterion, stages, epochs_per_stage=5):
        self.learner, self.criterion, self.stages, self.epochs = learner, criterion, stages, epochs_per_stage

    def _train(self, loader, optimizer):
        self.learner.train()
        for x, y in loader:
            for p in self.learner.parameters():
                p.grad = None
            loss = self.criterion(self.learner(x), y)
            loss.backward()
            optimizer.step()
            yield float(loss), len(y)

    def _validate(self, loader):
        self.learner.eval()
        for x, y in loader:
            with torch.no_grad():
                value = self.criterion(self.learner(x), y).item()
            yield value, len(y)

    def _stage(self, index, stage, train_loader, val_loader):
        self.learner.unfreeze_layers(stage["unfreeze_layers"])
        row = _Row(index, stage["lr"])
        optimizer = torch.optim.Adam(filter(lambda p: p.requires_grad, self.learner.parameters()), lr=row.lr)
        for _ in range(self.epochs):
            row.train_loss.append(_mean(self._train(train_loader, optimizer)))
            row.val_loss.append(_mean(self._validate(val_loader)))
        return asdict(row)

    def fine_tune(self, train_loader, val_loader):
        return [self._stage(i, s, train_loader, val_loader) for i, s in enumerate(self.stages)]
