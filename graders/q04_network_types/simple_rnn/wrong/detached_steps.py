"""The state is detached after every step.

Misconception: Only the last step needs gradients.
Caught by: test_input_gradient, test_parameter_gradients
Advice: Backpropagation through time goes through all steps.
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
            h = new.detach() if t + 1 < x.shape[1] else new
        return self.head(h)
