"""A parameter is left over that no result depends on.

Misconception: It may be of use later.
Caught by: test_parameter_gradients
Advice: Optimisers and distributed training stumble over parameters without gradients: leave it out.
"""

import torch
from torch import nn


class HighwayNetwork(nn.Module):
    def __init__(self, size, num_layers=10):
        super().__init__()
        self.transforms = nn.ModuleList([nn.Linear(size, size) for _ in range(num_layers)])
        self.scale = nn.Parameter(torch.ones(size))
        self.gates = nn.ModuleList([nn.Linear(size, size) for _ in range(num_layers)])
        for gate in self.gates:
            nn.init.constant_(gate.bias, -2.0)

    def forward(self, x):
        for transform, gate in zip(self.transforms, self.gates):
            t = torch.sigmoid(gate(x))
            x = t * torch.relu(transform(x)) + (1 - t) * x
        return x
