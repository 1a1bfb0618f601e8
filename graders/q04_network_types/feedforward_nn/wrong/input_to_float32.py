"""Casts the input to float32 and the weights with it.

Misconception: A network computes in float32, whatever it is given.
Caught by: test_linear_layers, test_biases, test_relu, test_training_mode, test_leading_dimensions, test_strided_input, test_dtypes, test_input_unchanged
Advice: Leave the dtype to whoever moved the network: .double() and .bfloat16() must work.
"""

from torch import nn
from torch.nn import functional as F


class FeedForwardNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.fc2 = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        h = F.relu(F.linear(x.float(), self.fc1.weight.float(), self.fc1.bias.float()))
        return F.linear(h, self.fc2.weight.float(), self.fc2.bias.float())
