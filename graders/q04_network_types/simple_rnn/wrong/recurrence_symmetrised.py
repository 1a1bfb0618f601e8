"""The recurrent weight is used both ways in turn.

Misconception: h @ W and W @ h are the same for a square W.
Caught by: test_recurrent_weight
Advice: They are each other's transposes: settle for one.
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
            c = self.cell
            u = c.weight_hh if t % 2 else c.weight_hh.T
            new = torch.tanh(x[:, t] @ c.weight_ih.T + c.bias_ih + h @ u + c.bias_hh)
            if lengths is not None:
                new = torch.where((t < lengths)[:, None], new, h)
            h = new
        return self.head(h)
