"""Puts a sigmoid on a single score.

Misconception: One class means binary classification, and that wants a probability.
Caught by: test_sizes_of_one
Keeps: everything else
Advice: Raw scores were asked for, however many there are; the loss takes them.
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
        scores = self.head(torch.cat(features, dim=1))
        return scores if scores.shape[1] > 1 else scores.sigmoid()
