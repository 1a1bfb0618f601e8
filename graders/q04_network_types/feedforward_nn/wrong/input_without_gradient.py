"""The input is detached before the first layer.

Misconception: Only weights need gradients; data never does.
Caught by: test_input_gradient
Advice: The network may be a part of a larger one, or be asked for a saliency map: gradients have to reach its input.
"""

import torch
from torch import nn


class FeedForwardNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.fc2 = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        x = torch.as_tensor(x).detach()
        return self.fc2(torch.relu(self.fc1(x)))
