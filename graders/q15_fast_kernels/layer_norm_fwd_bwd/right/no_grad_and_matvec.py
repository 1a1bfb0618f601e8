"""var_mean on flattened rows under no_grad; the averages of the backward pass as matrix-vector products with weight."""

import torch
from torch import Tensor


def _flat(t: Tensor, *, d: int, dtype: torch.dtype) -> Tensor:
    return t.to(dtype).reshape(t.numel() // d, d)


@torch.no_grad()
def layer_norm_forward(x, weight, bias, eps=1e-5):
    d = x.size(-1)
    for name, p in (("weight", weight), ("bias", bias)):
        if tuple(p.shape) != (d,):
            raise ValueError(f"{name}: expected shape ({d},), got {tuple(p.shape)}")
    acc = torch.float64 if x.dtype is torch.float64 else torch.float32
    rows = _flat(x, d=d, dtype=acc)
    var, mu = torch.var_mean(rows, dim=1, correction=0, keepdim=True)
    r = torch.rsqrt(var + eps)
    out = torch.addcmul(bias.to(acc), (rows - mu).mul_(r), weight.to(acc))
    return out.reshape(x.shape).to(x.dtype), mu.reshape(x.shape[:-1]), r.reshape(x.shape[:-1])


@torch.no_grad()
def layer_norm_backward(grad_y, x, weight, mean, rstd):
    if tuple(weight.shape) != tuple(x.shape[-1:]):
        raise ValueError("weight does not fit x")
    if tuple(grad_y.shape) != tuple(x.shape):
        raise ValueError("grad_y does not fit x")
    for s in (mean, rstd):
        if tuple(s.shape) != tuple(x.shape[:-1]):
            raise ValueError("the statistics do not fit x")
    d = x.size(-1)
    acc = torch.float64 if x.dtype is torch.float64 else torch.float32
    g, rows = _flat(grad_y, d=d, dtype=acc), _flat(x, d=d, dtype=acc)
    mu, r, w = mean.reshape(-1, 1), rstd.reshape(-1, 1), weight.to(acc)
    z = (rows - mu).mul_(r)
    gz = g * z
    a, b = (g @ w).div_(d).unsqueeze(1), (gz @ w).div_(d).unsqueeze(1)
    dx = (g * w).sub_(a).sub_(z.mul_(b)).mul_(r)
    return dx.reshape(x.shape).to(x.dtype), gz.sum(0).to(weight.dtype), g.sum(0).to(weight.dtype)
