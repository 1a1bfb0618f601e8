"""A Bernoulli mask in an autograd function of its own, which keeps the scaled mask for the backward pass."""

import torch


class _Thin(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, chance):
        gate = torch.bernoulli(torch.full_like(x, chance))
        ctx.factor = gate if chance == 0 else gate / chance
        return x * ctx.factor

    @staticmethod
    def backward(ctx, grad):
        return grad * ctx.factor, None


class Dropout(torch.nn.Module):
    def __init__(self, p=0.5):
        if p < 0 or p > 1:
            raise ValueError("p must be a probability")
        super().__init__()
        self.chance = 1.0 - p

    def forward(self, x):
        return _Thin.apply(x, self.chance) if self.training else x.clone()
