"""Packs the rows, so that nn.RNN skips the padding, and reads the final state."""

import torch
from torch.nn.utils.rnn import pack_padded_sequence


class SimpleRNN(torch.nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.out = torch.nn.Linear(hidden_size, output_size)
        self.rnn = torch.nn.RNN(input_size, hidden_size, nonlinearity="tanh", batch_first=True)

    def forward(self, x, lengths=None):
        if lengths is not None:
            x = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
        return self.out(self.rnn(x)[1].squeeze(0))
