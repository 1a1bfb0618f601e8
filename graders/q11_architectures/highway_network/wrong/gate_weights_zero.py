"""The gates' weights start at zero.

Misconception: A fresh gate is sigmoid(-2) everywhere.
Caught by: test_gate_bias
Keeps: everything else
Advice: Only the bias is set: the weights start as torch starts them, so that each gate looks at x from the first step.
"""

import torch
from torch import nn


class HighwayNetwork(nn.Module):
    """A stack of highway layers: t * relu(H x) + (1 - t) * x with t = sigmoid(T x)."""

    def __init__(self, size: int, num_layers: int = 10) -> None:
        super().__init__()
        self.transforms = nn.ModuleList(nn.Linear(size, size) for _ in range(num_layers))
        self.gates = nn.ModuleList(nn.Linear(size, size) for _ in range(num_layers))
        for gate in self.gates:
            nn.init.zeros_(gate.weight)
            nn.init.constant_(gate.bias, -2.0)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps (N, size) to (N, size)."""
        for transform, gate in zip(self.transforms, self.gates, strict=True):
            t = torch.sigmoid(gate(x))
            x = t * torch.relu(transform(x)) + (1 - t) * x
        return x
