"""Only a negative p is refused.

Misconception: p above one simply drops everything.
Caught by: test_invalid_p
Advice: 1 - p would be negative: raise ValueError on both sides of the range.
"""

import torch
from torch import nn


class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if p < 0:
            raise ValueError(f"p must not be negative, got {p}")
        self.p = p

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        return x * (torch.rand_like(x) >= self.p) * (1 / (1 - self.p) if self.p < 1 else 0.0)
