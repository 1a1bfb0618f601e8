"""Element by element and row by row, mapped by torch.func; the squared error as the variance of a pair."""

import torch
from torch.func import vmap


def binary_cross_entropy(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("no")
    def one(p, y):
        return -(y * torch.log(p).clamp_min(-100) + (1 - y) * torch.log(1 - p).clamp_min(-100))
    return vmap(one)(y_pred.flatten(), y_true.flatten()).mean()


def categorical_cross_entropy(logits, target):
    if logits.dim() != 2 or target.shape != (logits.shape[0],):
        raise ValueError("no")
    def one(row, t):
        d = row - row.gather(0, t[None])
        m = d.detach().max()
        return m + (d - m).exp().sum().log()
    return vmap(one)(logits, target).mean()


def mse_loss(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("no")
    return torch.var(torch.stack([y_pred - y_true, y_true - y_pred]), dim=0, unbiased=False).mean()
