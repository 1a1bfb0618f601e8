"""Builds a small network from the host's weights, lets the candidate train it, and reads it afterwards."""

import numpy as np
import submission
import torch
from torch import Tensor, nn


class Rows(nn.Module):
    """A row for each sample; images are read by columns, so that flat ones are not taken for images."""

    def forward(self, x: Tensor) -> Tensor:
        return x.transpose(1, -1).flatten(1)


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
            self.level.mul_(self.fading)
        return x * level


def train(weights, batches, sgd, *, moded=None, tired=None, held=None, frozen=(), stale=None, again=1, after=None):
    """The losses returned over `batches`, and the model's state when all is done.

    weights: `w1 (H, D)`, `b1`, `w2 (C, H)`, `b2`, and with `moded` also batch norm's `scale` and `shift`.
    moded: the mask of a `Mask`, behind a batch norm; the model then starts in evaluation mode.
    tired: level and fading of a `Tired` layer. held: names of the parameters that the optimiser gets (None: all).
    frozen: names of parameters that do not require gradients. stale: gradients that are there before.
    again: how often each batch is used, the same tensors each time. after: an input to run through the model in the
    end, in the mode it was left in.
    """
    model, parameters = _model(weights, moded, tired)
    for name in frozen:
        parameters[name].requires_grad_(False)
    optimizer = torch.optim.SGD([parameters[name] for name in (parameters if held is None else held)], **sgd)
    for name, gradient in (stale or {}).items():
        parameters[name].grad = torch.tensor(gradient)
    if moded is not None:
        model.eval()
    losses, tracked = [], []
    for x_array, y_array in batches:
        x, y = torch.tensor(x_array), torch.tensor(y_array)
        losses.extend(submission.train_step(model, optimizer, x, y) for _ in range(again))
        tracked.append(x.requires_grad)
    result = {
        "losses": losses,
        "tracked": tracked,
        "parameters": {name: _array(value) for name, value in parameters.items()},
    }
    result["buffers"] = {name.split(".")[-1]: _array(value) for name, value in model.named_buffers()}
    if after is not None:
        with torch.no_grad():
            result["after"] = _array(model(torch.tensor(after)))
    return result


def step_on(weights, sgd, x, y):
    """One step on tensors that came over the wire, so that the judge can look at them again."""
    model, parameters = _model(weights, None, None)
    return submission.train_step(model, torch.optim.SGD(list(parameters.values()), **sgd), x, y)


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
    return nn.Sequential(*layers, nn.Tanh(), last), parameters


def _array(value: Tensor) -> np.ndarray:
    return value.detach().numpy().copy()
