"""Builds a small network and a loader from the host's numbers, lets the candidate train, and reads the network."""

import numpy as np
import submission
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader


class Mask(nn.Module):
    """Dropout with the host's own mask: it multiplies in training mode, and does nothing in evaluation mode."""

    def __init__(self, mask: Tensor) -> None:
        super().__init__()
        self.register_buffer("mask", mask)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.mask if self.training else x


class Tired(nn.Module):
    """Multiplies by a level that every forward pass lowers, in either mode and without autograd."""

    def __init__(self, level: Tensor, fading: Tensor) -> None:
        super().__init__()
        self.register_buffer("level", level)
        self.register_buffer("fading", fading)

    def forward(self, x: Tensor) -> Tensor:
        level = self.level.clone()
        with torch.no_grad():
            self.level = self.level * self.fading
        return x * level


class Rows(nn.Module):
    """A row for each sample; images are read by columns, so that flat ones are not taken for images."""

    def forward(self, x: Tensor) -> Tensor:
        return x.transpose(1, -1).flatten(1)


class World:
    """A network and its optimiser.

    weights: `w1 (H, D)`, `b1`, `w2 (C, H)`, `b2`, and with `moded` also batch norm's `scale` and `shift`.
    rates: the learning rate of each step in turn; the last one stays. moded: the mask of a `Mask`, behind a batch norm;
    the network then starts in evaluation mode. tired: level and fading of a `Tired` layer. held: names of the
    parameters that the optimiser gets (None: all). frozen: names of those that do not require gradients. stale:
    gradients that are there before.
    """

    def __init__(self, weights, rates, momentum=0.0, *, moded=None, tired=None, held=None, frozen=(), stale=None):
        self.model, self.parameters = _model(weights, moded, tired)
        for name in frozen:
            self.parameters[name].requires_grad_(False)
        for name, gradient in (stale or {}).items():
            self.parameters[name].grad = torch.tensor(gradient)
        held = [self.parameters[name] for name in (self.parameters if held is None else held)]
        self.optimizer = torch.optim.SGD(held, lr=rates[0], momentum=momentum)
        self.rates, self.steps = rates, 0
        self.optimizer.register_step_post_hook(self._next_rate)

    def _next_rate(self, *_) -> None:
        self.steps += 1
        self.optimizer.param_groups[0]["lr"] = self.rates[min(self.steps, len(self.rates) - 1)]


class Own:
    """A loader with nothing but `__iter__`."""

    def __init__(self, batches) -> None:
        self.batches = batches

    def __iter__(self):
        return iter(self.batches)


def train(world, batches, kind, *steps, **named):
    """What the candidate returns for an epoch over the batches, in a loader of that kind."""
    pairs = [(torch.tensor(x), torch.tensor(y)) for x, y in batches]
    loaders = {
        "list": lambda: pairs,
        "generator": lambda: (pair for pair in pairs),
        "own": lambda: Own(pairs),
        "DataLoader": lambda: DataLoader(pairs, batch_size=None),
    }
    return submission.train_with_accumulation(world.model, world.optimizer, loaders[kind](), *steps, **named)


def train_on(weights, rates, loader, steps):
    """An epoch on tensors that came over the wire, so that the judge can look at them again."""
    world = World(weights, rates)
    return submission.train_with_accumulation(world.model, world.optimizer, loader, steps)


def read(world):
    parameters = world.parameters.items()
    return {
        "parameters": {name: _array(value) for name, value in parameters},
        "gradients": {name: _array(torch.zeros(1) if p.grad is None else p.grad) for name, p in parameters},
        "buffers": {name.split(".")[-1]: _array(value) for name, value in world.model.named_buffers()},
        "steps": world.steps,
    }


def scores(world, x):
    """The network's scores in the mode it is in."""
    with torch.no_grad():
        return _array(world.model(torch.tensor(x)))


def _model(weights: dict, mask, tired) -> tuple[nn.Module, dict[str, nn.Parameter]]:
    hidden, inputs = weights["w1"].shape
    dtype = torch.from_numpy(weights["w1"]).dtype
    first = nn.Linear(inputs, hidden, dtype=dtype)
    last = nn.Linear(hidden, len(weights["w2"]), dtype=dtype)
    parameters = {"w1": first.weight, "b1": first.bias, "w2": last.weight, "b2": last.bias}
    layers: list[nn.Module] = [Rows(), first]
    if mask is not None:
        norm = nn.BatchNorm1d(hidden, dtype=dtype)
        parameters |= {"scale": norm.weight, "shift": norm.bias}
        layers += [norm, Mask(torch.tensor(mask))]
    if tired is not None:
        layers.append(Tired(*(torch.tensor(value, dtype=dtype) for value in tired)))
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(torch.tensor(weights[name]))
    model = nn.Sequential(*layers, nn.Tanh(), last).train(mask is None)
    model.register_parameter("shared", last.weight)  # one parameter, two places
    return model, parameters


def _array(value: Tensor) -> np.ndarray:
    return value.detach().numpy().copy()
