"""The last bias is a buffer of zeros: nothing ever trains it.

Misconception: Whatever is stored on the module and added in forward is learnt.
Caught by: test_biases
Advice: Only nn.Parameter is handed to the optimiser; a buffer is state that stays as it is.
"""

import torch
from torch import nn


class FeedForwardNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.fc2 = nn.Linear(hidden_size, output_size, bias=False)
        self.register_buffer("bias", torch.zeros(output_size))

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x))) + self.bias
