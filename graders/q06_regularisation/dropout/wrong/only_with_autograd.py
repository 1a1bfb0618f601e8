"""Does nothing where autograd is off.

Misconception: no_grad means inference.
Caught by: test_mode_of_the_model
Keeps: everything else
Advice: Monte Carlo dropout and gradient checkpointing run in training mode under no_grad: ask self.training alone.
"""

import torch
from torch import nn


class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError(f"p must lie in [0, 1], not {p}")
        self.p = p

    def forward(self, x):
        if not torch.is_grad_enabled() or not self.training or self.p == 0:
            return x
        if self.p == 1:
            return x * 0
        mask = (torch.rand_like(x) >= self.p).to(x.dtype)
        return x * mask / (1 - self.p)
