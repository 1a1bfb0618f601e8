"""The input is dropped after the first layer.

Misconception: Only layers' outputs are features.
Caught by: test_layers, test_defaults
Advice: The input stays part of the concatenation.
"""

import torch
from torch import nn


class DenseNet(nn.Module):
    """Layers on the concatenation of the input and all earlier layers' outputs; a linear head on all of them."""

    def __init__(self, input_size: int, growth_rate: int = 32, num_layers: int = 3, num_classes: int = 10) -> None:
        super().__init__()
        self.layers = nn.ModuleList()
        width = input_size
        for _ in range(num_layers):
            self.layers.append(nn.Sequential(nn.Linear(width, growth_rate), nn.BatchNorm1d(growth_rate), nn.ReLU()))
            width = growth_rate if len(self.layers) == 1 else width + growth_rate
        self.head = nn.Linear(width, num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps (N, input_size) to raw scores (N, num_classes)."""
        for index, layer in enumerate(self.layers):
            x = torch.cat([x, layer(x)], dim=1) if index else layer(x)
        return self.head(x)
