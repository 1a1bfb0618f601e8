"""The gradient passes all elements, as if nothing had been dropped.

Misconception: Noise is added to values, and gradients had better be free of it.
Caught by: test_gradient, test_gradient_in_evaluation_mode, test_ends_of_the_range
Advice: A dropped element has no influence on the output, so its gradient is zero.
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
        dropped = x * (torch.rand_like(x) >= self.p) * (1 / (1 - self.p) if self.p < 1 else 0.0)
        return x + (dropped - x).detach()
