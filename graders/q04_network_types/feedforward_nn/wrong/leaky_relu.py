"""A leaky ReLU instead of ReLU.

Misconception: All members of the ReLU family are one and the same.
Caught by: test_relu
Advice: ReLU gives exactly zero below zero; a leaky one lets a hundredth through.
"""

from torch import nn


class FeedForwardNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(input_size, hidden_size), nn.LeakyReLU(), nn.Linear(hidden_size, output_size)
        )

    def forward(self, x):
        return self.net(x)
