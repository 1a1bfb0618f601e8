"""The backward pass draws a mask of its own.

Misconception: Gradients are to be thinned out too, just as activations are.
Caught by: test_gradient
Advice: The derivative of x * mask / (1 - p) contains that mask: save it in the context.
"""

import torch
from torch import nn


class _Drop(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, p):
        ctx.p = p
        return x * _Drop.factor(x, p)

    @staticmethod
    def backward(ctx, grad):
        return grad * _Drop.factor(grad, ctx.p), None

    @staticmethod
    def factor(x, p):
        if p == 1:
            return torch.zeros_like(x)
        return (torch.rand_like(x) >= p).to(x.dtype) / (1 - p)


class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p must lie in [0, 1], got {p}")
        self.p = p

    def forward(self, x):
        return _Drop.apply(x, self.p) if self.training else x
