"""A generator of its own, seeded in the constructor.

Misconception: A layer with a generator of its own is the reproducible one.
Caught by: test_global_generator
Advice: Draw from the global generator, so that torch.manual_seed governs the whole experiment.
"""

import torch
from torch import nn


class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p must lie in [0, 1], got {p}")
        self.p = p
        self.generator = torch.Generator().manual_seed(0)

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        keep = (torch.rand(x.shape, generator=self.generator) >= self.p).to(x.device)
        return x * keep * (1 / (1 - self.p) if self.p < 1 else 0.0)
