"""The state of one call is where the next begins.

Misconception: A recurrent network has a memory.
Caught by: test_second_call
Advice: It remembers within a sequence; batches have nothing to do with each other.
"""

import torch
from torch import nn


class SimpleRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.state = None
        self.hidden_size = hidden_size
        self.cell = nn.RNNCell(input_size, hidden_size)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, lengths=None):
        h = x.new_zeros(x.shape[0], self.hidden_size)
        if self.state is not None and self.state.shape == h.shape:
            h = self.state.to(h)
        for t in range(x.shape[1]):
            new = self.cell(x[:, t], h)
            if lengths is not None:
                new = torch.where((t < lengths)[:, None], new, h)
            h = new
        self.state = h.detach()
        return self.head(h)
