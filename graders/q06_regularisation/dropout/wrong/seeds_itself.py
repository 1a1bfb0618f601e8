"""Seeds torch from the clock before it draws.

Misconception: Only a fresh seed makes fresh numbers.
Caught by: test_global_generator, test_global_state
Advice: The generator moves on by itself; seeding it belongs to whoever runs the experiment.
"""

import torch
from torch import nn


class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p must lie in [0, 1], got {p}")
        self.p = p

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        torch.seed()
        return x * (torch.rand_like(x) >= self.p) * (1 / (1 - self.p) if self.p < 1 else 0.0)
