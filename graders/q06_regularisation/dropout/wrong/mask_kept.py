"""The mask is drawn once for each shape, and kept.

Misconception: A layer's mask belongs to the layer.
Caught by: test_fresh_mask, test_number_varies, test_any_shape, test_global_generator
Advice: Draw a fresh mask at every call: otherwise the network is merely a smaller one.
"""

import torch
from torch import nn


class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p must lie in [0, 1], got {p}")
        self.p = p
        self.mask = None

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        if self.mask is None or self.mask.shape != x.shape:
            self.mask = torch.rand_like(x) >= self.p
        return x * self.mask * (1 / (1 - self.p) if self.p < 1 else 0.0)
