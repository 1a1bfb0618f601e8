"""All weights start at zero.

Misconception: Training will find the weights.
Caught by: test_fresh_network_learns
Advice: Units that start equal stay equal.
"""

import torch
from torch import nn


class SimpleRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.recurrent = nn.RNN(input_size, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

        for parameter in self.parameters():
            nn.init.zeros_(parameter)

    def forward(self, x, lengths=None):
        states, last = self.recurrent(x)
        if lengths is None:
            return self.head(states[:, -1])
        return self.head(states[torch.arange(len(x), device=x.device), lengths - 1])
