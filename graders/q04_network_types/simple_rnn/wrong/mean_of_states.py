"""The head reads the mean of all states.

Misconception: All steps should have a say.
Caught by: test_last_step
Advice: The last state was asked for.
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
            return self.head(states.mean(1))
        return self.head(states[torch.arange(len(x), device=x.device), lengths - 1])
