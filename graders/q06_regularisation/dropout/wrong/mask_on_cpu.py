"""The mask is made on the CPU, wherever the input lives.

Misconception: torch moves small tensors to where they are needed.
Caught by: test_device
Advice: Say device=x.device, or use rand_like.
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
        keep = torch.rand(x.shape) >= self.p
        return x * keep * (1 / (1 - self.p) if self.p < 1 else 0.0)
