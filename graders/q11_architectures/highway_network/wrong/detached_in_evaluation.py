"""In evaluation mode no gradient reaches x.

Misconception: Evaluation needs no gradients.
Caught by: test_input_gradient
Advice: Saliency maps and attacks ask for them: switching autograd off is the caller's business.
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
        if not self.training:
            x = x.detach()
        for transform, gate in zip(self.transforms, self.gates):
            t = torch.sigmoid(gate(x))
            x = t * torch.relu(transform(x)) + (1 - t) * x
        return x
