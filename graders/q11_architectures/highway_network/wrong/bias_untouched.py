"""The gates start as torch starts them.

Misconception: Training finds the bias.
Caught by: test_gate_bias, test_fresh_network_carries
Advice: Then half of everything is lost at each layer at the start: -2.
"""

import torch
from torch import nn


class HighwayNetwork(nn.Module):
    """A stack of highway layers: t * relu(H x) + (1 - t) * x with t = sigmoid(T x)."""

    def __init__(self, size: int, num_layers: int = 10) -> None:
        super().__init__()
        self.transforms = nn.ModuleList(nn.Linear(size, size) for _ in range(num_layers))
        self.gates = nn.ModuleList(nn.Linear(size, size) for _ in range(num_layers))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps (N, size) to (N, size)."""
        for transform, gate in zip(self.transforms, self.gates, strict=True):
            t = torch.sigmoid(gate(x))
            x = t * torch.relu(transform(x)) + (1 - t) * x
        return x
