"""The backward pass takes for dropped whatever is zero in the output.

Misconception: An output of zero has been dropped.
Caught by: test_gradient
Advice: An input may be zero itself (after ReLU half of them are): save the mask.
"""

import torch
from torch import nn


class _Drop(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, p):
        scale = 1 / (1 - p) if p < 1 else 0.0
        y = x * (torch.rand_like(x) >= p) * scale
        ctx.save_for_backward(y)
        ctx.scale = scale
        return y

    @staticmethod
    def backward(ctx, grad):
        (y,) = ctx.saved_tensors
        return grad * (y != 0) * ctx.scale, None


class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p must lie in [0, 1], got {p}")
        self.p = p

    def forward(self, x):
        return _Drop.apply(x, self.p) if self.training else x
