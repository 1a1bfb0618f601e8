"""Every layer carries the network's input.

Misconception: The highway leads from the input to each layer.
Caught by: test_stack, test_default_depth, test_gate_bias, test_input_gradient, test_parameter_gradients, test_evaluation_mode, test_dtype, test_input_unchanged
Advice: A layer carries its own input: the result of the layer before.
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
        start = x
        for transform, gate in zip(self.transforms, self.gates, strict=True):
            t = torch.sigmoid(gate(x))
            x = t * torch.relu(transform(x)) + (1 - t) * start
        return x
