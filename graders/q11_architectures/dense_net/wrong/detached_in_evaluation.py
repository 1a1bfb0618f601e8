"""Detaches the scores in evaluation mode.

Misconception: Nobody asks for gradients in evaluation mode.
Caught by: test_input_gradient
Keeps: everything else
Advice: A saliency map does: the mode decides about the norms only.
"""

import torch
from torch import nn


class DenseNet(nn.Module):
    def __init__(self, input_size, growth_rate=32, num_layers=3, num_classes=10):
        super().__init__()
        self.layers = nn.ModuleList()
        size = input_size
        for _ in range(num_layers):
            self.layers.append(nn.Sequential(nn.Linear(size, growth_rate), nn.BatchNorm1d(growth_rate), nn.ReLU()))
            size += growth_rate
        self.head = nn.Linear(size, num_classes)

    def forward(self, x):
        features = [x]
        for layer in self.layers:
            features.append(layer(torch.cat(features, dim=1)))
        out = self.head(torch.cat(features, dim=1))
        return out if self.training else out.detach()
