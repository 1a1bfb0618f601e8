"""Sets requires_grad on the input.

Misconception: the input has to ask for gradients, or none reach the weights.
Caught by: test_global_state
Keeps: everything else
Advice: Parameters ask for their own gradients; x belongs to the caller, who may not want one.
"""

import torch
from torch import nn


class FeedForwardNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.fc2 = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        if x.is_leaf:
            x.requires_grad_()
        return self.fc2(torch.relu(self.fc1(x)))
