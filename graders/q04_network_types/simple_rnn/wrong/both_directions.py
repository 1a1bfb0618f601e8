"""A layer in each direction.

Misconception: A sequence is best read both ways.
Caught by: test_parameters
Advice: One direction was asked for.
"""

import torch
from torch import nn


class SimpleRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.recurrent = nn.RNN(input_size, hidden_size, bidirectional=True, batch_first=True)
        self.head = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x, lengths=None):
        states, last = self.recurrent(x)
        if lengths is None:
            return self.head(states[:, -1])
        return self.head(states[torch.arange(len(x), device=x.device), lengths - 1])
