"""The layers lie in a plain Python list.

Misconception: A module finds its layers in whatever container they lie.
Caught by: test_parameters
Advice: Use nn.ModuleList or attributes: a plain list hides its layers from parameters(), to(), state_dict() and train().
"""

import torch
from torch import nn


class FeedForwardNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.layers = [nn.Linear(input_size, hidden_size), nn.Linear(hidden_size, output_size)]

    def forward(self, x):
        first, second = self.layers
        return second(torch.relu(first(x)))
