"""Probabilities come out instead of scores.

Misconception: A classifier has to end in a softmax.
Caught by: test_linear_layers, test_biases, test_relu, test_training_mode, test_leading_dimensions, test_strided_input, test_dtypes, test_input_unchanged
Advice: Return raw scores: nn.CrossEntropyLoss applies log-softmax itself, and a second softmax flattens the gradients.
"""

import torch
from torch import nn


class FeedForwardNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.fc2 = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return torch.softmax(self.fc2(torch.relu(self.fc1(x))), dim=-1)
