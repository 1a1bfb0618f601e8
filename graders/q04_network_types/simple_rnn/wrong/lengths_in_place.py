"""Subtracts 1 from the caller's lengths.

Misconception: An argument is a copy.
Caught by: test_second_call
Advice: Write lengths - 1 where it is used.
"""

import torch
from torch import nn


class SimpleRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.recurrent = nn.RNN(input_size, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, lengths=None):
        states, last = self.recurrent(x)
        if lengths is None:
            return self.head(states[:, -1])
        lengths -= 1
        return self.head(states[torch.arange(len(x), device=x.device), lengths])
