"""The recurrent weight is fixed at random.

Misconception: A reservoir needs no training.
Caught by: test_parameters
Advice: All weights are trained.
"""

import torch
from torch import nn


class SimpleRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.recurrent = nn.RNN(input_size, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

        self.recurrent.weight_hh_l0.requires_grad_(False)

    def forward(self, x, lengths=None):
        states, last = self.recurrent(x)
        if lengths is None:
            return self.head(states[:, -1])
        return self.head(states[torch.arange(len(x), device=x.device), lengths - 1])
