"""Under no_grad x is overwritten.

Misconception: Without autograd nobody needs x any more.
Caught by: test_input_unchanged
Advice: The caller's tensor is the caller's, with autograd or without.
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
        if not torch.is_grad_enabled():
            for transform, gate in zip(self.transforms, self.gates):
                t = torch.sigmoid(gate(x))
                x.copy_(t * torch.relu(transform(x)) + (1 - t) * x)
            return x
        for transform, gate in zip(self.transforms, self.gates):
            t = torch.sigmoid(gate(x))
            x = t * torch.relu(transform(x)) + (1 - t) * x
        return x
