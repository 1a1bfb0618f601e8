"""Builds models, writes the host's values into them, lets the candidate initialise them, and reads them."""

import numpy as np
import submission
import torch
from torch import nn


class Dense(nn.Linear):
    """A subclass with a name that does not tell."""


class Filter(nn.Conv2d):
    pass


class Scale(nn.BatchNorm1d):
    pass


class Adapted(nn.Linear):
    """A layer that holds another."""

    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)
        self.inner = nn.Sequential(nn.Linear(64, outputs))


class Linear(nn.Module):
    """Called like a linear layer, and none."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(5, 4))
        self.bias = nn.Parameter(torch.zeros(5))


class BatchNorm1d(Linear):
    pass


class Nest(nn.Module):
    """Layers at several depths, beside parameters and buffers of its own."""

    def __init__(self, depth):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(7, 3))
        self.bias = nn.Parameter(torch.zeros(3))
        self.register_buffer("table", torch.zeros(4))
        self.maps = nn.ModuleList([nn.Linear(64, 80), nn.Tanh()])
        self.inner = nn.ModuleDict({"norm": nn.BatchNorm1d(6)})
        self.inner["image"] = nn.Sequential(nn.Conv2d(16, 32, 3), nn.BatchNorm2d(32))
        if depth:
            self.inner["deeper"] = nn.Sequential(nn.Identity(), Nest(depth - 1))


MODELS = {
    "linear": lambda: nn.Sequential(nn.Linear(400, 60), nn.ReLU(), nn.Linear(60, 400)),
    "convolutions": lambda: nn.Sequential(nn.Conv2d(16, 96, 3), nn.ReLU(), nn.Conv2d(96, 16, (1, 5), stride=2)),
    "grouped": lambda: nn.Sequential(nn.Conv2d(48, 96, 3, groups=4)),
    "norms": lambda: nn.Sequential(nn.BatchNorm1d(9), nn.BatchNorm2d(7), nn.Linear(30, 40)),
    "twins": lambda: nn.Sequential(
        nn.Linear(256, 256), nn.Linear(256, 256), nn.Conv2d(16, 32, 3), nn.Conv2d(16, 32, 3)
    ),
    "nested": lambda: Nest(2),
    "subclasses": lambda: nn.Sequential(Dense(70, 80), nn.Sequential(Filter(16, 32, 3), Scale(6))),
    "attention": lambda: nn.Sequential(nn.MultiheadAttention(72, 2)),
    "others": lambda: nn.Sequential(
        nn.Linear(40, 40),
        nn.Conv1d(3, 4, 3),
        nn.Conv3d(2, 3, 2),
        nn.ConvTranspose2d(3, 4, 3),
        nn.LayerNorm(6),
        nn.GroupNorm(2, 6),
        nn.InstanceNorm2d(5, affine=True),
        nn.BatchNorm3d(4),
        nn.Embedding(6, 5),
        nn.GRU(3, 4),
        nn.Bilinear(2, 3, 4),
        nn.PReLU(3),
        Linear(),
        BatchNorm1d(),
    ),
    "bare": lambda: nn.Sequential(
        nn.Linear(64, 80, bias=False),
        nn.Conv2d(16, 32, 3, bias=False),
        nn.BatchNorm1d(5, affine=False),
        nn.BatchNorm2d(5, affine=False, track_running_stats=False),
        nn.Linear(70, 80),
    ),
    "one linear": lambda: nn.Linear(64, 80),
    "one convolution": lambda: nn.Conv2d(16, 32, 3),
    "one with another inside": lambda: Adapted(70, 80),
    "one norm": lambda: nn.BatchNorm2d(8),
}


def layout(kind):
    """Name and shape of every parameter and buffer."""
    return {name: list(tensor.shape) for name, tensor in _tensors(MODELS[kind]()).items()}


def initialised(kind, values, frozen=(), dtype="float32", training=True, gradients=()):
    """What came back, the tensors and gradients afterwards, and what the tensors that were there before hold."""
    model = MODELS[kind]().to(getattr(torch, dtype)).train(training)
    before = _tensors(model)
    with torch.no_grad():
        for name, value in values.items():
            before[name].copy_(torch.tensor(value))
    for name in frozen:
        before[name].requires_grad_(False)
    for name, gradient in dict(gradients).items():
        before[name].grad = torch.tensor(gradient, dtype=before[name].dtype)
    result = submission.initialize_weights(model)
    parameters = dict(model.named_parameters())
    return {
        "result": None if result is None else type(result).__name__,
        "tensors": _arrays(_tensors(model)),
        "held": _arrays(before),
        "gradients": {name: _array(parameter.grad) for name, parameter in parameters.items()},
        "trainable": {name: parameter.requires_grad and parameter.is_leaf for name, parameter in parameters.items()},
        "modes": [module.training for module in model.modules()],
    }


def draws_after(seeds, kind):
    """What torch's generator yields, for each seed it is given, after a model has been initialised."""
    draws = []
    for seed in seeds:
        model = MODELS[kind]()
        torch.manual_seed(seed)
        submission.initialize_weights(model)
        draws.append(torch.rand(4, dtype=torch.float64))
    return torch.stack(draws)


def _tensors(model):
    return {**dict(model.named_parameters()), **dict(model.named_buffers())}


def _arrays(tensors):
    return {name: _array(tensor) for name, tensor in tensors.items()}


def _array(tensor):
    return None if tensor is None else np.array(tensor.detach().numpy())
