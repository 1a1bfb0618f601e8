"""A second ReLU after the last layer.

Misconception: Every layer is followed by an activation.
Caught by: test_linear_layers, test_relu
Advice: Scores may be negative: nothing stands after the last linear layer.
"""

import torch
from torch import nn


class FeedForwardNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(input_size, hidden_size), nn.Linear(hidden_size, output_size)])

    def forward(self, x):
        for layer in self.layers:
            x = torch.relu(layer(x))
        return x
