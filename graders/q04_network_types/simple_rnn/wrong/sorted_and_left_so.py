"""Sorts the rows by length for packing and does not sort back.

Misconception: The order of rows in a batch does not matter.
Caught by: test_lengths
Advice: Row i's scores belong in row i.
"""

import torch
from torch import nn


class SimpleRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.recurrent = nn.RNN(input_size, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, lengths=None):
        if lengths is not None:
            lengths, order = lengths.sort(descending=True)
            x = nn.utils.rnn.pack_padded_sequence(x[order], lengths.cpu(), batch_first=True)
            return self.head(self.recurrent(x)[1][0])
        states, last = self.recurrent(x)
        if lengths is None:
            return self.head(states[:, -1])
        return self.head(states[torch.arange(len(x), device=x.device), lengths - 1])
