"""Zeroes the input once it has been used, to save memory.

Misconception: After the first layer nobody needs the input any more.
Caught by: test_input_unchanged, test_input_gradient, test_parameter_gradients, test_fresh_network_learns
Advice: x belongs to the caller, and autograd still needs it for the gradient of the first weight.
"""

import torch
from torch import nn


class FeedForwardNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.fc2 = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        hidden = self.fc1(x)
        with torch.no_grad():
            x.mul_(0.5)
        return self.fc2(torch.relu(hidden))
