"""Dimensions of one are squeezed away.

Misconception: squeeze() only removes the layer axis.
Caught by: test_shapes
Advice: Name the axis: squeeze(0).
"""

import torch
from torch import nn


class SimpleRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.recurrent = nn.RNN(input_size, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, lengths=None):
        states, last = self.recurrent(x)
        if lengths is None:
            return self.head(last.squeeze())
        return self.head(states[torch.arange(len(x), device=x.device), lengths - 1])
