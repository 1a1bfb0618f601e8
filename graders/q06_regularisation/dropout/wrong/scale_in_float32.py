"""The scale is applied to the float32 mask, so that float64 input is scaled with float32's accuracy.

Misconception: What a mask is made of does not matter, since it holds only zeros and ones.
Caught by: test_survivors_scaled
Advice: mask / (1 - p) is rounded to the mask's dtype: scale x, or make the mask in x's dtype.
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
        keep = (torch.rand(x.shape, device=x.device) >= self.p).float()
        factor = keep / (1 - self.p) if self.p < 1 else keep
        return (x * factor).to(x.dtype)
