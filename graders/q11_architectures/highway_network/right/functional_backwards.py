"""Registers the last layer first, under numbered names, and calls functional.linear on the parameters."""

import torch
from torch import nn
from torch.nn import functional as F


class HighwayNetwork(nn.Module):
    def __init__(self, size, num_layers=10):
        super().__init__()
        self.count = num_layers
        for i in reversed(range(num_layers)):
            gate = nn.Linear(size, size)
            gate.bias.data = torch.full_like(gate.bias.data, -2.0)
            setattr(self, f"g{i}", gate)
            self.add_module(f"h{i}", nn.Linear(size, size))

    def forward(self, x):
        for i in range(self.count):
            gate, body = getattr(self, f"g{i}"), getattr(self, f"h{i}")
            score = F.linear(x, gate.weight, gate.bias)
            x = torch.sigmoid(score) * F.linear(x, body.weight, body.bias).clamp_min(0) + torch.sigmoid(-score) * x
        return x
