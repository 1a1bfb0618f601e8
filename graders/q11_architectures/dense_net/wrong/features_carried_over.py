"""Keeps the features in the network.

Misconception: An attribute is as good as a variable.
Caught by: test_concatenation, test_running_statistics
Advice: The next call would find those of the last: start from the input.
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
        self.features = []
        self.head = nn.Linear(width, num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps (N, input_size) to raw scores (N, num_classes)."""
        self.features = self.features[1:] or [x]
        for layer in self.layers:
            self.features.append(layer(torch.cat(self.features[:1] + self.features[1:], dim=1)))
        return self.head(torch.cat(self.features, dim=1))
