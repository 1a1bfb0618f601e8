"""p is taken for the probability of keeping, in the mask though not in the scale.

Misconception: p is the parameter of the Bernoulli mask.
Caught by: test_rate, test_ends_of_the_range
Advice: p is the probability of dropping: the mask is one with probability 1 - p.
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
        mask = torch.bernoulli(torch.full_like(x, self.p))
        return x * mask / max(1 - self.p, 1e-12)
