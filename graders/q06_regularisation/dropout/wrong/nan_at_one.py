"""p = 1 divides zero by zero.

Misconception: Nobody would ask for p = 1, and the formula covers it anyway.
Caught by: test_ends_of_the_range
Advice: At p = 1 the scale 1 / (1 - p) is infinite, and infinity times zero is NaN: treat that end by itself.
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
        if not self.training:
            return x
        keep = torch.rand_like(x) >= self.p
        return x * keep / torch.tensor(1 - self.p, dtype=x.dtype, device=x.device)
