"""The first state is random.

Misconception: Noise breaks the symmetry of the units.
Caught by: test_one_step, test_last_step
Advice: From zeros: weights break the symmetry.
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
        h = torch.randn(x.shape[0], self.hidden_size).to(x)
        for t in range(x.shape[1]):
            new = self.cell(x[:, t], h)
            if lengths is not None:
                new = torch.where((t < lengths)[:, None], new, h)
            h = new
        return self.head(h)
