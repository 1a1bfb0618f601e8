"""nn.RNNCell on one row after another, each up to its own end."""

import torch
from torch import nn


class SimpleRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.layers = nn.ModuleDict(
            {"z": nn.LazyLinear(output_size), "a": nn.RNNCell(input_size, hidden_size)}
        )

    def forward(self, x, lengths=None):
        ends = [x.size(1)] * x.size(0) if lengths is None else lengths.tolist()
        finals = []
        for row, end in zip(x, ends):
            h = None
            for x_t in row[:end]:
                h = self.layers["a"](x_t[None], h)
            finals.append(h)
        return self.layers["z"](torch.cat(finals))
