"""Goes through the rows in a Python loop.

Misconception: Each row has statistics of its own.
Caught by: test_speed
Keeps: test_forward, test_grad_x, test_grad_parameters
Advice: Reduce over the last axis of the whole tensor, and keep that axis: all rows at once.
"""

import torch
from torch import Tensor


def _forward(x: Tensor, weight: Tensor, bias: Tensor, eps: float = 1e-5) -> tuple[Tensor, Tensor, Tensor]:
    if not weight.shape == bias.shape == x.shape[-1:]:
        raise ValueError(f"weight and bias must be {tuple(x.shape[-1:])}: {tuple(weight.shape)}, {tuple(bias.shape)}")
    wide = torch.promote_types(x.dtype, torch.float32)
    var, mean = torch.var_mean(x.to(wide), -1, correction=0, keepdim=True)
    rstd = (var + eps).rsqrt()
    y = (x - mean) * rstd * weight + bias
    return y.to(x.dtype), mean.squeeze(-1), rstd.squeeze(-1)


def _backward(
    grad_y: Tensor, x: Tensor, weight: Tensor, mean: Tensor, rstd: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    if weight.shape != x.shape[-1:]:
        raise ValueError(f"weight must be {tuple(x.shape[-1:])}, and not {tuple(weight.shape)}")
    if grad_y.shape != x.shape:
        raise ValueError(f"grad_y must be {tuple(x.shape)}, as x is, and not {tuple(grad_y.shape)}")
    if not mean.shape == rstd.shape == x.shape[:-1]:
        raise ValueError(f"mean and rstd must be {tuple(x.shape[:-1])}: {tuple(mean.shape)}, {tuple(rstd.shape)}")
    wide = torch.promote_types(x.dtype, torch.float32)
    grad = grad_y.to(wide)
    rstd = rstd.unsqueeze(-1)
    z = (x - mean.unsqueeze(-1)) * rstd
    h = grad * weight
    grad_x = rstd * (h - h.mean(-1, keepdim=True) - z * (h * z).mean(-1, keepdim=True))
    grad_weight = (grad * z).reshape(-1, len(weight)).sum(0)
    grad_bias = grad.reshape(-1, len(weight)).sum(0)
    return grad_x.to(x.dtype), grad_weight.to(weight.dtype), grad_bias.to(weight.dtype)


def layer_norm_forward(x: Tensor, weight: Tensor, bias: Tensor, eps: float = 1e-5) -> tuple[Tensor, Tensor, Tensor]:
    if x.dim() < 2 or not len(x):
        return _forward(x, weight, bias, eps)
    y, mean, rstd = zip(*[layer_norm_forward(row, weight, bias, eps) for row in x])
    return torch.stack(y), torch.stack(mean), torch.stack(rstd)


def layer_norm_backward(
    grad_y: Tensor, x: Tensor, weight: Tensor, mean: Tensor, rstd: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    if x.dim() < 2 or not len(x) or not (grad_y.shape == x.shape and mean.shape == rstd.shape == x.shape[:-1]):
        return _backward(grad_y, x, weight, mean, rstd)
    found = [layer_norm_backward(g, row, weight, m, r) for g, row, m, r in zip(grad_y, x, mean, rstd)]
    grad_x, grad_weight, grad_bias = (torch.stack(part) for part in zip(*found))
    return grad_x, grad_weight.sum(0), grad_bias.sum(0)
