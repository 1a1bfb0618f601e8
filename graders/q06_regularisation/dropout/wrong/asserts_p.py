"""An assert guards p.

Misconception: assert is for checking arguments.
Caught by: test_invalid_p
Advice: Raise ValueError: an assert raises another exception, and none at all under python -O.
"""

import torch
from torch import nn


class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        assert 0 <= p <= 1, "p must lie in [0, 1]"
        self.p = p

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        return x * (torch.rand_like(x) >= self.p) * (1 / (1 - self.p) if self.p < 1 else 0.0)
