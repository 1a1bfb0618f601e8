"""The hidden layer has no bias.

Misconception: The output layer's bias makes up for the hidden layer's.
Caught by: test_biases
Advice: Without a hidden bias every kink of the function passes through the origin, whatever the last bias is.
"""

import torch
from torch import nn


class FeedForwardNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size, bias=False)
        self.fc2 = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))
