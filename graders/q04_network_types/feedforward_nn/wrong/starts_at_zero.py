"""All weights start at zero.

Misconception: Training finds the weights anyway, so that any start will do.
Caught by: test_fresh_network_learns
Advice: Equal hidden units get equal gradients and stay equal: start from random weights.
"""

import torch
from torch import nn


class FeedForwardNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.w1 = nn.Parameter(torch.zeros(input_size, hidden_size))
        self.b1 = nn.Parameter(torch.zeros(hidden_size))
        self.w2 = nn.Parameter(torch.zeros(hidden_size, output_size))
        self.b2 = nn.Parameter(torch.zeros(output_size))

    def forward(self, x):
        return torch.relu(x @ self.w1 + self.b1) @ self.w2 + self.b2
