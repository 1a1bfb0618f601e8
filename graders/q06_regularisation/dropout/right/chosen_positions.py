"""Flattens, draws integers, and writes zeros at the positions that lost, in a copy."""

import torch
from torch import nn

STEPS = 2**40


class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not (p >= 0 and p <= 1):
            raise ValueError(f"not a probability: {p!r}")
        self.register_buffer("p", torch.tensor(float(p), dtype=torch.float64), persistent=False)

    def forward(self, x):
        if not self.training:
            return x
        p = self.p.item()
        flat = x.reshape(-1)
        lost = torch.randint(STEPS, (flat.numel(),), device=x.device) < p * STEPS
        out = flat if p == 1 else flat / (1 - p)
        out = out.index_fill(0, lost.nonzero().squeeze(1), 0)
        return out.reshape(x.shape)
