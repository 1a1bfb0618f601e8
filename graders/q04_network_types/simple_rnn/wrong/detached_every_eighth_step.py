"""The state is detached after every eighth step.

Misconception: Truncated backpropagation through time is how one trains a recurrent network.
Caught by: test_input_gradient, test_parameter_gradients
Keeps: everything else
Advice: It is an approximation for very long sequences, and whoever trains chooses it: a layer's gradients go through all steps.
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
                new = torch.where((t < lengths)[:, None], new, h)
            h = new.detach() if t % 8 == 7 and t + 1 < x.shape[1] else new
        return self.head(h)
