"""Overrides eval() and train() to keep a flag of its own.

Misconception: model.eval() calls eval() on every layer.
Caught by: test_mode_of_the_model
Advice: It calls train(False) on them instead, which sets their `training`: ask self.training.
"""

import torch
from torch import nn


class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p must lie in [0, 1], got {p}")
        self.p = p
        self.active = True

    def train(self, mode=True):
        if mode:
            self.active = True
        return super().train(mode)

    def eval(self):
        self.active = False
        return super().eval()

    def forward(self, x):
        if not self.active or self.p == 0:
            return x
        keep = torch.rand_like(x) >= self.p
        return x * keep * (1 / (1 - self.p) if self.p < 1 else 0.0)
