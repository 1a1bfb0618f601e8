"""Dropout between the layers, which nobody asked for.

Misconception: Every hidden layer needs dropout.
Caught by: test_training_mode
Advice: Regularisation is a choice of its own: the network asked for gives the same in both modes.
"""

import torch
from torch import nn


class FeedForwardNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.drop = nn.Dropout(0.2)
        self.fc2 = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc2(self.drop(torch.relu(self.fc1(x))))
