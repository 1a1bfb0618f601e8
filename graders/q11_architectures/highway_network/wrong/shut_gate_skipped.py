"""A layer whose gates are nearly shut is skipped.

Misconception: What hardly shows can be saved.
Caught by: test_large_gate_scores
Advice: The result is another, if by little, and the layer gets no gradient.
"""

import torch
from torch import nn


class HighwayNetwork(nn.Module):
    def __init__(self, size, num_layers=10):
        super().__init__()
        self.transforms = nn.ModuleList([nn.Linear(size, size) for _ in range(num_layers)])
        self.gates = nn.ModuleList([nn.Linear(size, size) for _ in range(num_layers)])
        for gate in self.gates:
            nn.init.constant_(gate.bias, -2.0)

    def forward(self, x):
        for transform, gate in zip(self.transforms, self.gates):
            t = torch.sigmoid(gate(x))
            if t.max() < 2e-4:
                continue
            x = t * torch.relu(transform(x)) + (1 - t) * x
        return x
