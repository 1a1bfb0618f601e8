"""Squeezes the scores, so that a single output, or a single row, loses its dimension.

Misconception: A dimension of one carries nothing and may go.
Caught by: test_sizes_of_one, test_leading_dimensions
Advice: Shapes must not depend on sizes: (N, 1) stays (N, 1), and a batch of one stays a batch.
"""

import torch
from torch import nn


class FeedForwardNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.fc2 = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x))).squeeze()
