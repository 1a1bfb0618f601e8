"""The hidden layer is cut from the graph.

Misconception: The ReLU has no weights, so nothing is lost by taking its values without gradient.
Caught by: test_input_gradient, test_parameter_gradients
Advice: Gradients of the first layer pass through the ReLU: .data and .detach() stop them there.
"""

import torch
from torch import nn


class FeedForwardNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.fc2 = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        hidden = self.fc1(x)
        return self.fc2(torch.relu(hidden.data))
