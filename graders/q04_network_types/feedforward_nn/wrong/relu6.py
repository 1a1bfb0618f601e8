"""ReLU capped at six.

Misconception: ReLU6 is ReLU in a numerically safer form.
Caught by: test_linear_layers, test_relu
Advice: ReLU has no upper bound: beyond its kink it is the identity.
"""

from torch import nn
from torch.nn import functional as F


class FeedForwardNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.fc2 = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc2(F.relu6(self.fc1(x)))
