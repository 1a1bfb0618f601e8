"""An exponential waiting time for each element, compared with its quantile; torch.where chooses; keyword-only odds and
ends.
"""

import math

import torch


class Dropout(torch.nn.Module):
    def __init__(self, p=0.5, **_):
        super().__init__()
        if p != min(max(p, 0), 1):
            raise ValueError("p has to lie in [0, 1]")
        self.p = p
        self.limit = math.inf if p == 1 else -math.log1p(-p)

    def forward(self, x):
        if not self.training or self.p == 0:
            return x + 0
        times = torch.empty_like(x, dtype=torch.float64).exponential_()
        gain = 0 if self.p == 1 else 1 / (1 - self.p)
        return torch.where(times < self.limit, torch.zeros_like(x), x * gain)
