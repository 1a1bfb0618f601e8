"""Switches autograd on and off with the network's mode, for the caller as well.

Misconception: Evaluation mode is what no_grad() is for.
Caught by: test_input_gradient, test_global_state
Advice: Mode and autograd are two things, and the second is the caller's.
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
        torch.set_grad_enabled(self.training)
        features = [x]
        for layer in self.layers:
            features.append(layer(torch.cat(features, dim=1)))
        return self.head(torch.cat(features, dim=1))
