"""Everything behind the first dimension is flattened.

Misconception: A linear layer takes two-dimensional input only, so that forward has to make it so.
Caught by: test_leading_dimensions, test_strided_input
Advice: nn.Linear acts on the last dimension; flatten(1) glues the further batch dimensions to the features.
"""

import torch
from torch import nn


class FeedForwardNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.fc2 = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        if x.dim() > 2:
            x = torch.flatten(x, 1)
        return self.fc2(torch.relu(self.fc1(x)))
