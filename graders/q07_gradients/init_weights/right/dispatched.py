"""functools.singledispatch finds the rule for a layer; float64 draws are copied into the parameters."""

import functools
import math

import torch
from torch import nn


@functools.singledispatch
def _rule(layer):
    return ()


@_rule.register(nn.Linear)
def _(layer):
    o, i = layer.weight.shape
    yield layer.weight, lambda: torch.empty(o, i, dtype=torch.float64).normal_().mul_((2 / i) ** 0.5)
    yield layer.bias, lambda: 0.0


@_rule.register(nn.Conv2d)
def _(layer):
    o, i, kh, kw = layer.weight.shape
    a = math.sqrt(6 / ((i + o) * kh * kw))
    yield layer.bias, lambda: 0.0
    yield layer.weight, lambda: (2 * torch.rand(o, i, kh, kw, dtype=torch.float64) - 1) * a


@_rule.register(nn.BatchNorm1d)
@_rule.register(nn.BatchNorm2d)
def _(layer):
    yield layer.bias, lambda: 0.0
    yield layer.weight, lambda: 1.0


def initialize_weights(model):
    for layer in model.modules():
        for parameter, draw in _rule(layer):
            if parameter is not None:
                value = draw()
                parameter.data.copy_(value) if torch.is_tensor(value) else parameter.data.fill_(value)
