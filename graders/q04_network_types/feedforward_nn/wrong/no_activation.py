"""No ReLU between the layers.

Misconception: Two linear layers in a row are already a deep network.
Caught by: test_relu
Advice: A linear map of a linear map is a linear map; the ReLU between them is what makes hidden units worth having.
"""

from torch import nn


class FeedForwardNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        x = self.fc1(x)
        return self.fc2(x)
