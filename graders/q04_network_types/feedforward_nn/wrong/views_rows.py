"""Makes rows with view, which fails where memory is not contiguous.

Misconception: view and reshape are the same.
Caught by: test_strided_input
Advice: view never copies and so cannot flatten strided memory; here neither is needed.
"""

import torch
from torch import nn


class FeedForwardNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.fc2 = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        rows = x.view(-1, x.size(-1))
        scores = self.fc2(torch.relu(self.fc1(rows)))
        return scores.view(*x.shape[:-1], -1)
