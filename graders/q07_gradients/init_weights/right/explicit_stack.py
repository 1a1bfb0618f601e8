"""A stack instead of modules(); NumPy's fresh entropy, and Box and Muller's transform."""

import numpy as np
import torch
from torch import nn


class _Init:
    """Explicit stack, NumPy's generator with fresh entropy; Box-Muller by hand."""

    def __new__(cls, model):
        cls.walk(model)

    @classmethod
    def walk(cls, model):
        stack, seen = [model], set()
        rng = np.random.default_rng()
        while stack:
            m = stack.pop()
            if id(m) in seen:
                continue
            seen.add(id(m))
            stack.extend(c for c in m._modules.values() if c is not None)
            cls.one(m, rng)

    @torch.no_grad()
    def one(m, rng):
        put = lambda p, a: None if p is None else p.copy_(torch.as_tensor(a))
        if isinstance(m, nn.Linear):
            u, v = rng.random((2, m.out_features, m.in_features))
            z = np.sqrt(-2 * np.log1p(-u)) * np.cos(2 * np.pi * v)
            put(m.weight, z * np.sqrt(2 / m.in_features))
        elif isinstance(m, nn.Conv2d):
            shape = tuple(m.weight.shape)
            field = shape[2] * shape[3]
            a = (6 / (shape[0] * field + shape[1] * field)) ** 0.5
            put(m.weight, rng.uniform(-a, a, size=shape))
        elif isinstance(m, nn.BatchNorm2d | nn.BatchNorm1d):
            put(m.weight, 1.0)
        else:
            return
        put(m.bias, 0.0)


def initialize_weights(model):
    _Init(model)
