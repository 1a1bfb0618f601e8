"""An element survives where an exponential waiting time is long enough; p is a descriptor; a subclass of nn.Identity."""

import math

import torch
from torch import nn


class _P:
    def __set_name__(self, owner, name):
        self.slot = "_" + name

    def __get__(self, obj, cls=None):
        return self if obj is None else obj.__dict__[self.slot]

    def __set__(self, obj, value):
        value = float(value)
        if not math.isfinite(value) or not 0.0 <= value <= 1.0:
            raise ValueError(f"{value} is no probability")
        obj.__dict__[self.slot] = value


class Dropout(nn.Identity):
    p = _P()

    def __init__(self, p=0.5):
        super().__init__()
        self.p = p

    def forward(self, x):
        if not self.training:
            return super().forward(x)
        if self.p == 1:
            return torch.zeros_like(x) + 0 * x.sum()
        limit = -math.log1p(-self.p)
        u = torch.empty(x.numel(), dtype=torch.float64).exponential_()
        factor = (u >= limit).double().mul_(1 / (1 - self.p)).reshape(x.shape)
        return torch.mul(x, factor.to(x))
