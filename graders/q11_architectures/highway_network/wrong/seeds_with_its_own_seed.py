"""The generator is set back to the seed it once had.

Misconception: Setting the seed that is there anyway changes nothing.
Caught by: test_global_state
Advice: It forgets all that was drawn since: leave the generator alone.
"""

import torch
from torch import nn


class HighwayNetwork(nn.Module):
    def __init__(self, size, num_layers=10):
        super().__init__()
        torch.manual_seed(torch.initial_seed())
        self.transforms = nn.ModuleList([nn.Linear(size, size) for _ in range(num_layers)])
        self.gates = nn.ModuleList([nn.Linear(size, size) for _ in range(num_layers)])
        for gate in self.gates:
            nn.init.constant_(gate.bias, -2.0)

    def forward(self, x):
        for transform, gate in zip(self.transforms, self.gates):
            t = torch.sigmoid(gate(x))
            x = t * torch.relu(transform(x)) + (1 - t) * x
        return x
