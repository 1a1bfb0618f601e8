"""The unpacked states are read by a mask as long as x.

Misconception: Some row is as long as the tensor.
Caught by: test_padding_cut_short
Advice: pad_packed_sequence is only as long as the longest row.
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
            packed = nn.utils.rnn.pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
            states, _ = nn.utils.rnn.pad_packed_sequence(self.recurrent(packed)[0], batch_first=True)
            steps = torch.arange(x.shape[1], device=x.device)
            return self.head(states[steps == lengths[:, None] - 1])
        states, last = self.recurrent(x)
        if lengths is None:
            return self.head(states[:, -1])
        return self.head(states[torch.arange(len(x), device=x.device), lengths - 1])
