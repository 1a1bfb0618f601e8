"""Seeds torch's generator, for reproducible weights.

Misconception: A network should see to its own reproducibility.
Caught by: test_global_state
Advice: The seed belongs to whoever runs the experiment; a module that sets it changes everybody's random numbers.
"""

import torch
from torch import nn


class FeedForwardNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        torch.manual_seed(42)
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.fc2 = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))
