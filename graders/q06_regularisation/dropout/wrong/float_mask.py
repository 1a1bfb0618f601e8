"""A float32 mask, which turns half precision into float32.

Misconception: A product has the dtype of its first factor.
Caught by: test_shape_and_dtype, test_survivors_scaled
Advice: Give the mask the input's dtype, or leave it boolean.
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
        mask = (torch.rand(x.shape, device=x.device) >= self.p).float()
        return x * mask * (1 / (1 - self.p) if self.p < 1 else 0.0)
