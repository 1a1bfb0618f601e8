"""Sets requires_grad on the input.

Misconception: the input has to ask for gradients, or none reach the weights.
Caught by: test_global_state
Keeps: everything else
Advice: Parameters ask for their own gradients; x belongs to the caller, who may not want one.
"""

import torch
from torch import nn


class SimpleRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x, lengths=None):
        if x.is_leaf:
            x.requires_grad_()
        out, _ = self.rnn(x)
        if lengths is None:
            last = out[:, -1]
        else:
            last = out[torch.arange(x.shape[0], device=x.device), lengths - 1]
        return self.fc(last)
