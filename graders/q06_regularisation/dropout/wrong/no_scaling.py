"""Survivors are not scaled.

Misconception: Dropping elements is all there is to dropout.
Caught by: test_survivors_scaled
Advice: Multiply survivors by 1 / (1 - p): else every later layer sees smaller sums in training than in evaluation.
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
        mask = torch.rand_like(x) >= self.p
        return x * mask
