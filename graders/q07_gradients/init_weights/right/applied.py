"""model.apply with a dispatch by singledispatch; weights are drawn elsewhere and copied in through .data."""

from functools import singledispatch

import numpy as np
import torch
import torch.nn.init as init
from torch import nn


@singledispatch
def _start(layer):
    pass


@_start.register
def _(layer: nn.Linear):
    layer.weight.data.copy_(torch.randn(layer.weight.shape) * np.sqrt(2 / layer.in_features))
    _zero(layer)


@_start.register
def _(layer: nn.Conv2d):
    init.xavier_uniform_(layer.weight.data, gain=1.0)
    _zero(layer)


@_start.register(nn.BatchNorm1d)
@_start.register(nn.BatchNorm2d)
def _(layer):
    if layer.weight is not None:
        init.constant_(layer.weight, 1.0)
    _zero(layer)


def _zero(layer):
    if layer.bias is not None:
        layer.bias.data.zero_()


def initialize_weights(model):
    model.apply(_start)
