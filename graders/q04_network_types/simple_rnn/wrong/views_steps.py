"""Flattens batch and time with view.

Misconception: x is contiguous.
Caught by: test_memory_layout
Advice: Let nn.Linear act on the last axis.
"""

import torch
from torch import nn


class SimpleRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.cell = nn.RNNCell(input_size, hidden_size)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, lengths=None):
        x = x.view(-1, x.shape[-1]).view(x.shape)
        h = x.new_zeros(x.shape[0], self.hidden_size)
        for t in range(x.shape[1]):
            new = self.cell(x[:, t], h)
            if lengths is not None:
                new = torch.where((t < lengths)[:, None], new, h)
            h = new
        return self.head(h)
