"""The original form: training unscaled, evaluation times 1 - p.

Misconception: Both ways of matching the means are the same layer.
Caught by: test_survivors_scaled, test_evaluation_mode, test_mode_of_the_model, test_gradient_in_evaluation_mode
Advice: Inverted dropout scales in training, so that evaluation is the identity.
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
        if self.training:
            return x * (torch.rand_like(x) >= self.p)
        return x * (1 - self.p)
