"""x is scaled in place.

Misconception: x belongs to the function.
Caught by: test_input_gradient, test_parameter_gradients, test_input_unchanged
Advice: x is the caller's tensor.
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
            t = torch.sigmoid(gate(x))
            h = torch.relu(transform(x))
            with torch.no_grad():
                old = x.clone()
                x.mul_(1 - t)
            x = t * h + (1 - t) * old
        return x
