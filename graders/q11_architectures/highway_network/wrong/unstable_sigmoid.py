"""The sigmoid is written as exp(z) / (1 + exp(z)).

Misconception: The two forms are equal.
Caught by: test_large_gate_scores
Advice: exp overflows, and inf / inf is NaN: torch.sigmoid.
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
            t = gate(x).exp() / (1 + gate(x).exp())
            x = t * torch.relu(transform(x)) + (1 - t) * x
        return x
