"""Right, with the backward passes of all three written by hand."""

import torch
from torch.autograd import Function


class Binary(Function):
    @staticmethod
    def forward(ctx, p, y):
        ctx.save_for_backward(p, y)
        floor = torch.full_like(p, -100)
        return torch.mean(-(y * torch.maximum(p.log(), floor)) - (1 - y) * torch.maximum((1 - p).log(), floor))

    @staticmethod
    def backward(ctx, up):
        p, y = ctx.saved_tensors
        return up * (p - y) / (p * (1 - p)) / p.numel(), None


class Categorical(Function):
    @staticmethod
    def forward(ctx, z, t):
        e = (z - z.max(1, keepdim=True).values).exp()
        total = e.sum(1, keepdim=True)
        rows = torch.arange(len(t), device=z.device)
        ctx.save_for_backward(e / total, rows, t)
        return (total.squeeze(1).log() + z.amax(1) - z[rows, t]).sum() / len(t)

    @staticmethod
    def backward(ctx, up):
        s, rows, t = ctx.saved_tensors
        grad = s.clone()
        grad[rows, t] -= 1
        return grad * (up / len(t)), None


class Squares(Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a - b)
        return torch.mean(torch.square(a - b))

    @staticmethod
    def backward(ctx, up):
        (d,) = ctx.saved_tensors
        return up * 2 * d / d.numel(), None


def _shapes(ok):
    if not ok:
        raise ValueError("shapes do not match")


def binary_cross_entropy(y_pred, y_true):
    _shapes(y_pred.size() == y_true.size())
    return Binary.apply(y_pred, y_true)


def categorical_cross_entropy(logits, target):
    _shapes(logits.ndim == 2 and target.ndim == 1 and len(logits) == len(target))
    return Categorical.apply(logits, target)


def mse_loss(y_pred, y_true):
    _shapes(y_pred.size() == y_true.size())
    return Squares.apply(y_pred, y_true)
