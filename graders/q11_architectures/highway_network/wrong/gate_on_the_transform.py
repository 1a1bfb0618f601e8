"""The gate sees the transformed value.

Misconception: The gate judges the result.
Caught by: test_one_layer
Advice: Both maps are applied to the layer's input x.
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
            nn.init.constant_(gate.bias, -2.0)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps (N, size) to (N, size)."""
        for transform, gate in zip(self.transforms, self.gates, strict=True):
            h = torch.relu(transform(x))
            t = torch.sigmoid(gate(h))
            x = t * h + (1 - t) * x
        return x
