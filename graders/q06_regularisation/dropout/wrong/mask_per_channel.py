"""Whole channels are dropped where there are four dimensions.

Misconception: On images dropout means dropping feature maps.
Caught by: test_independent_elements
Advice: That is nn.Dropout2d; dropout treats every element by itself.
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
        shape = x.shape[:2] + (1, 1) if x.dim() == 4 else x.shape
        keep = torch.rand(shape, device=x.device) >= self.p
        return torch.where(keep, x / (1 - self.p) if self.p < 1 else x, torch.zeros_like(x))
