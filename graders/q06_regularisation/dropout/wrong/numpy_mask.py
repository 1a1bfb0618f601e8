"""The mask is drawn by NumPy.

Misconception: Random numbers are random numbers, whoever draws them.
Caught by: test_global_generator, test_global_state
Advice: torch.manual_seed does not reach NumPy's generator.
"""

import numpy as np
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
        keep = torch.as_tensor(np.random.rand(*x.shape) >= self.p, device=x.device)
        return x * keep * (1 / (1 - self.p) if self.p < 1 else 0.0)
