"""Right, with one-hot labels, log1p, where instead of clamp, and a subclass of ValueError."""

import torch
import torch.nn.functional as F


class ShapeError(ValueError):
    pass


def require(condition, *tensors):
    if not condition:
        raise ShapeError(f"{[list(t.shape) for t in tensors]}")


def binary_cross_entropy(y_pred, y_true):
    require(y_pred.shape == y_true.shape, y_pred, y_true)
    floor = torch.tensor(-100.0, dtype=y_pred.dtype, device=y_pred.device)
    positive, negative = torch.log(y_pred), torch.log1p(-y_pred)
    positive = torch.where(positive < floor, floor, positive)
    negative = torch.where(negative < floor, floor, negative)
    return -torch.mean(torch.lerp(negative, positive, y_true))


def categorical_cross_entropy(logits, target):
    require(logits.dim() == 2 and tuple(target.shape) == (logits.shape[0],), logits, target)
    hot = F.one_hot(target, logits.shape[1]).to(logits.dtype)
    top, _ = torch.max(logits, dim=-1, keepdim=True)
    gap = logits - top
    normaliser = torch.log(torch.einsum("nc->n", torch.exp(gap)))
    return torch.mean(normaliser - torch.einsum("nc,nc->n", gap, hot))


def mse_loss(y_pred, y_true):
    require(y_pred.shape == y_true.shape, y_pred, y_true)
    difference = (y_pred - y_true).flatten()
    return difference @ difference / difference.numel()
