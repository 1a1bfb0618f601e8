"""p = 1 is refused.

Misconception: A layer that drops everything can only be a mistake.
Caught by: test_ends_of_the_range
Advice: The range is closed: 0 and 1 are both legal.
"""

import torch
from torch import nn


class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError(f"p must lie in [0, 1), got {p}")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.rand_like(x) >= self.p) / (1 - self.p)
