"""Builds networks, loaders and the candidate's trainer from the host's numbers, and reads the networks."""

import numpy as np
import submission
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

CRITERIA = {"cross_entropy": nn.CrossEntropyLoss, "squares": lambda: lambda output, y: ((output - y) ** 2).mean()}


class Watch(nn.Module):
    """Multiplies by one of four of the host's levels: which one depends on the mode and on whether autograd is on."""

    def __init__(self, levels: Tensor) -> None:
        super().__init__()
        self.levels = levels

    def forward(self, x: Tensor) -> Tensor:
        return x * self.levels[2 * self.training + torch.is_grad_enabled()]


class World:
    """A network of one hidden layer and the candidate's trainer for it.

    weights: `w1 (H, D)`, `b1`, `w2 (C, H)`, `b2`; with `scale` and `shift` there is a batch norm, which starts with
    `running_mean` and `running_var`. watch: the levels of a `Watch`. stale: gradients that are there before.
    modes: the `training` flag of every module, in the order of `modules()`.
    """

    def __init__(self, weights, sgd, criterion="cross_entropy", *, watch=None, stale=None, modes=(), **named):
        hidden, inputs = weights["w1"].shape
        first, last = nn.Linear(inputs, hidden).double(), nn.Linear(hidden, len(weights["w2"])).double()
        self.state = {"w1": first.weight, "b1": first.bias, "w2": last.weight, "b2": last.bias}
        layers: list[nn.Module] = [nn.Flatten(), first]
        if "scale" in weights:
            norm = nn.BatchNorm1d(hidden).double()
            self.state |= {"scale": norm.weight, "shift": norm.bias}
            self.state |= {"running_mean": norm.running_mean, "running_var": norm.running_var}
            layers.append(norm)
        if watch is not None:
            layers.append(Watch(torch.tensor(watch)))
        self.model = nn.Sequential(*layers, nn.Tanh(), last)
        with torch.no_grad():
            for name, value in self.state.items():
                value.copy_(torch.tensor(weights[name]))
        for name, gradient in (stale or {}).items():
            self.state[name].grad = torch.tensor(gradient)
        for module, mode in zip(self.model.modules(), modes, strict=False):
            module.training = mode
        optimizer = torch.optim.SGD(self.model.parameters(), **sgd)
        self.trainer = submission.ModelTrainer(self.model, CRITERIA[criterion](), optimizer, **named)


class Scripted(nn.Module):
    """In training `x @ weight`, and it counts its batches; in evaluation the script's entry for the last epoch."""

    def __init__(self, weight: Tensor, script, batches: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight)
        self.register_buffer("seen", torch.tensor(0))
        self.script, self.batches = script, batches

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return torch.full((len(x),), self.script[int(self.seen) // self.batches - 1], dtype=x.dtype)
        self.seen += 1
        return x @ self.weight


class Script:
    """A trainer whose validation losses the host has written down; training moves the weight by mean(x) each step."""

    def __init__(self, weight, rate, batches, script) -> None:
        self.model = Scripted(torch.tensor(weight), script, len(batches))
        self.batches = [(torch.tensor(x), torch.zeros(len(x), dtype=torch.float64)) for x in batches]
        optimizer = torch.optim.SGD(self.model.parameters(), lr=rate)
        self.trainer = submission.ModelTrainer(self.model, lambda output, y: (output - y).mean(), optimizer)

    def fit(self, *args, **named):
        loader = [(torch.zeros(4, len(self.model.weight)).double(), torch.zeros(4).double())]
        return self.trainer.fit(self.batches, loader, *args, **named)

    def read(self):
        return {"weight": _array(self.model.weight), "seen": int(self.model.seen)}


class Own:
    """A loader with nothing but `__iter__`; `broken`: it raises after its batches."""

    def __init__(self, batches, broken: bool = False) -> None:
        self.batches, self.broken = batches, broken

    def __iter__(self):
        yield from self.batches
        if self.broken:
            raise RuntimeError("the disk is gone")


def call(world, method, *loaders, form="list", **named):
    """What the trainer's method returns for loaders of that form over the batches."""
    pairs = [[(torch.tensor(x), torch.tensor(y)) for x, y in batches] for batches in loaders]
    forms = {
        "list": lambda batches: batches,
        "own": Own,
        "broken": lambda batches: Own(batches, broken=True),
        "DataLoader": lambda batches: DataLoader(batches, batch_size=None),
    }
    return getattr(world.trainer, method)(*map(forms[form], pairs), **named)


def fit_on(weights, sgd, train_loader, val_loader, **named):
    """A fit on tensors that came over the wire, so that the judge can look at them again."""
    return World(weights, sgd).trainer.fit(train_loader, val_loader, **named)


def read(world):
    state = world.state.items()
    return {
        "state": {name: _array(value) for name, value in state},
        "gradients": {name: None if value.grad is None else _array(value.grad) for name, value in state},
        "modes": [module.training for module in world.model.modules()],
    }


def on_meta(method, x, y, value, rate):
    """The loss for a model on torch's device without memory: it is `value` where scores and labels have come there."""
    leaf = torch.tensor(value, requires_grad=True)

    def criterion(output, labels):
        return leaf * float(output.is_meta and labels.is_meta)

    optimizer = torch.optim.SGD([leaf], lr=rate)
    trainer = submission.ModelTrainer(nn.Linear(x.shape[1], 2), criterion, optimizer, device="meta")
    loss = getattr(trainer, method)([(torch.tensor(x), torch.tensor(y))])
    return loss, leaf.item()


def _array(value: Tensor) -> np.ndarray:
    return value.detach().numpy().copy()
