"""Computes in float32 whatever x is.

Misconception: Kernels compute in float32.
Caught by: test_forward
Keeps: test_grad_x
Advice: float64 is computed in float64: 1e-10 is asked for.
"""

import torch
from torch import Tensor


def layer_norm_forward(x: Tensor, weight: Tensor, bias: Tensor, eps: float = 1e-5) -> tuple[Tensor, Tensor, Tensor]:
    if not weight.shape == bias.shape == x.shape[-1:]:
        raise ValueError(f"weight and bias must be {tuple(x.shape[-1:])}: {tuple(weight.shape)}, {tuple(bias.shape)}")
    wide = torch.float32
    var, mean = torch.var_mean(x.to(wide), -1, correction=0, keepdim=True)
    rstd = (var + eps).rsqrt()
    y = (x - mean) * rstd * weight + bias
    return y.to(x.dtype), mean.squeeze(-1), rstd.squeeze(-1)


def layer_norm_backward(
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
