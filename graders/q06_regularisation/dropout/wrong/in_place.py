"""Writes the thinned values into the input.

Misconception: The input is not needed any more once its mask is drawn.
Caught by: test_input_unchanged
Advice: x may be used elsewhere (a skip connection, the next call): return a new tensor.
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
        keep = torch.rand_like(x) >= self.p
        return x.mul_(keep).mul_(1 / (1 - self.p) if self.p < 1 else 0.0)
