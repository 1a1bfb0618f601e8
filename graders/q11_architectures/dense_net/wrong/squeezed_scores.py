"""Squeezes the scores.

Misconception: One class is one number a row.
Caught by: test_shapes
Advice: (N, num_classes), also where num_classes is 1.
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
            width += growth_rate
        self.head = nn.Linear(width, num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps (N, input_size) to raw scores (N, num_classes)."""
        for layer in self.layers:
            x = torch.cat([x, layer(x)], dim=1)
        return self.head(x).squeeze()
