"""One mask for all rows.

Misconception: Dropout removes units, so every row of the batch loses the same ones.
Caught by: test_independent_elements
Advice: Each row draws for itself: the mask has the shape of x, not of its last dimension.
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
        if self.p == 1:
            return torch.zeros_like(x) * x
        mask = (torch.rand(x.shape[-1:], device=x.device) >= self.p).to(x.dtype)
        return x * mask / (1 - self.p)
