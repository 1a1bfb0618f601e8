"""Builds networks, loaders and the candidate's trainer from the host's numbers, and reads the networks."""

import numpy as np
import submission
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

CRITERIA = {"cross_entropy": nn.CrossEntropyLoss, "squares": lambda: lambda output, y: ((output - y) ** 2).mean()}


class Watch(nn.Dropout):
    """Multiplies by one of four of the host's levels: which one depends on the mode and on whether autograd is on."""

    def __init__(self, levels: Tensor) -> None:
        super().__init__()
        self.levels = levels

    def forward(self, x: Tensor) -> Tensor:
        return x * level(self, self.levels)


class Network(nn.Sequential):
    """The model has a mode of its own, too: with levels its scores are multiplied like the input of a `Watch`."""

    def __init__(self, *layers: nn.Module, levels: Tensor | None) -> None:
        super().__init__(*layers)
        self.levels = levels

    def forward(self, x: Tensor) -> Tensor:
        scores = super().forward(x)
        return scores if self.levels is None else scores * level(self, self.levels)


def level(module: nn.Module, levels: Tensor) -> Tensor:
    return levels[2 * module.training + torch.is_grad_enabled()]


class Rows(nn.Module):
    """A row for each sample; images are read by columns, so that flat ones are not taken for images."""

    def forward(self, x: Tensor) -> Tensor:
        return x.transpose(1, -1).flatten(1)


class World:
    """A network of one hidden layer and the candidate's trainer for it.

    weights: `w1 (H, D)`, `b1`, `w2 (C, H)`, `b2`; with `scale` and `shift` there is a batch norm, which starts with
    `running_mean` and `running_var`. watch: the levels of a `Watch` within, and of the network itself. stale: gradients
    that are there before. modes: the `training` flag of every module, in the order of `modules()`. frozen: names of
    parameters that do not require gradients.
    """

    def __init__(
        self, weights, sgd, criterion="cross_entropy", *, watch=None, stale=None, modes=(), frozen=(), **named
    ):
        hidden, inputs = weights["w1"].shape
        first, last = nn.Linear(inputs, hidden).double(), nn.Linear(hidden, len(weights["w2"])).double()
        self.state = {"w1": first.weight, "b1": first.bias, "w2": last.weight, "b2": last.bias}
        layers: list[nn.Module] = [Rows(), first]
        if "scale" in weights:
            norm = nn.BatchNorm1d(hidden).double()
            self.state |= {"scale": norm.weight, "shift": norm.bias}
            self.state |= {"running_mean": norm.running_mean, "running_var": norm.running_var}
            layers.append(norm)
        levels = None if watch is None else torch.tensor(watch)
        if levels is not None:
            layers.append(Watch(levels))
        self.model = Network(*layers, nn.Tanh(), last, levels=levels)
        with torch.no_grad():
            for name, value in self.state.items():
                value.copy_(torch.tensor(weights[name]))
        for name, gradient in (stale or {}).items():
            self.state[name].grad = torch.tensor(gradient)
        for module, mode in zip(self.model.modules(), modes, strict=False):
            module.training = mode
        for name in frozen:
            self.state[name].requires_grad_(False)
        optimizer = torch.optim.SGD(self.model.parameters(), **sgd)
        self.trainer = submission.ModelTrainer(self.model, CRITERIA[criterion](), optimizer, **named)


class Away(Tensor):
    """A tensor on another device, as it were (it names `meta`): one of this device meets it only once it was moved."""

    @staticmethod
    def __new__(cls, value: Tensor):
        away = Tensor._make_wrapper_subclass(cls, value.shape, dtype=value.dtype, device="meta")
        away.value = value
        return away

    def tolist(self):
        return self.value.tolist()

    @classmethod
    def __torch_dispatch__(cls, function, types, args=(), kwargs=None):
        others = []

        def open(value):
            if isinstance(value, (list, tuple)):
                return type(value)(map(open, value))
            if isinstance(value, Tensor) and not isinstance(value, cls) and value.ndim:
                others.append(value)
            return value.value if isinstance(value, cls) else value

        args, kwargs = open(args), {name: open(value) for name, value in (kwargs or {}).items()}
        copies = function is torch.ops.aten.copy_.default
        if others and not copies:
            raise RuntimeError("Expected all tensors to be on the same device, but found two of them")
        device = torch.device(kwargs.pop("device", None) or "meta")
        if device.type != "meta":
            return function(*args, **kwargs, device=device)
        result = function(*args, **kwargs)
        return cls(result) if isinstance(result, Tensor) and not copies else result


class Placed(nn.Module):
    """`x @ weight * factor`, where the factor is on another device until the model is moved."""

    def __init__(self, weight: Tensor, factor: float) -> None:
        super().__init__()
        self.factor = nn.Parameter(Away(torch.tensor([factor], dtype=torch.float64)), requires_grad=False)
        self.weight = nn.Parameter(weight)

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.weight * self.factor


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


def come_home(method, x, y, weight, factor, rate, device="cpu"):
    """The loss and the weight afterwards, for a model and a batch that come from another device."""
    model = Placed(torch.tensor(weight), factor)
    optimizer = torch.optim.SGD([model.weight], lr=rate)
    trainer = submission.ModelTrainer(model, lambda output, y: ((output - y) ** 2).mean(), optimizer, device=device)
    loss = getattr(trainer, method)([(Away(torch.tensor(x)), Away(torch.tensor(y)))])
    return loss, _array(model.weight)


def _array(value: Tensor) -> np.ndarray:
    return value.detach().numpy().copy()
