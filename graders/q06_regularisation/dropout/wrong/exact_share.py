"""Drops exactly a share p of the elements, by a random permutation.

Misconception: p is the share of elements that go, so it may as well be met exactly.
Caught by: test_number_varies, test_any_shape
Advice: Each element is tossed on its own; a fixed total makes the tosses depend on each other.
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
        n = x.numel()
        keep = torch.ones(n, dtype=torch.bool, device=x.device)
        keep[torch.randperm(n, device=x.device)[: round(self.p * n)]] = False
        scale = 1 / (1 - self.p) if self.p < 1 else 0.0
        return x * keep.view(x.shape) * scale
