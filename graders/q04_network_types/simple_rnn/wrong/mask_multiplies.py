"""Ended rows keep their state by multiplication with a mask.

Misconception: Zero times anything is zero.
Caught by: test_nan_padding
Advice: 0 * NaN is NaN. Use torch.where, or an index.
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
        h = x.new_zeros(x.shape[0], self.hidden_size)
        for t in range(x.shape[1]):
            new = self.cell(x[:, t], h)
            if lengths is not None:
                on = (t < lengths)[:, None].to(x.dtype)
                new = on * new + (1 - on) * h
            h = new
        return self.head(h)
