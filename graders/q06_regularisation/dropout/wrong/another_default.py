"""Drops a tenth unless told otherwise.

Misconception: Any mild default will do.
Caught by: test_default
Advice: Signatures are part of the contract: p=0.5.
"""

import torch
from torch import nn


class Dropout(nn.Module):
    def __init__(self, p=0.1):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p must lie in [0, 1], got {p}")
        self.p = p

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        return x * (torch.rand_like(x) >= self.p) * (1 / (1 - self.p) if self.p < 1 else 0.0)
