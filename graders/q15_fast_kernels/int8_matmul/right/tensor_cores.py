"""On a GPU the int8 tensor cores, where the sizes suit them; elsewhere linear in float64. Scales in one outer product."""

import torch
from torch import Tensor


def quantize_rows(x: Tensor):
    if x.ndim != 2 or not x.is_floating_point():
        raise ValueError(f"expected a floating (N, K) tensor, got {x.dtype} {list(x.shape)}")
    wide = x.to(torch.float64)
    peak = torch.zeros(x.shape[0], dtype=torch.float64, device=x.device)
    if x.shape[1] > 0:
        peak = torch.linalg.vector_norm(wide, ord=float("inf"), dim=-1)
    scale = (peak / 127.0).to(torch.float32)
    scale[peak == 0] = 1.0
    return torch.div(wide, scale[:, None]).round().to(torch.int8), scale


def _integers(a: Tensor, b: Tensor) -> Tensor:
    suited = a.is_cuda and a.shape[0] > 16 and a.shape[1] > 0 and b.shape[0] > 0 and a.shape[1] % 16 == b.shape[0] % 16 == 0
    if suited:
        return torch._int_mm(a.contiguous(), b.contiguous().T)
    return torch.nn.functional.linear(a.to(torch.float64), b.to(torch.float64))


def int8_matmul(a: Tensor, a_scale: Tensor, b: Tensor, b_scale: Tensor, bias: Tensor | None = None):
    if not (a.dtype is b.dtype is torch.int8):
        raise ValueError("a and b must be int8")
    if a.ndim != 2 or b.ndim != 2:
        raise ValueError("a and b must be matrices")
    if a.shape[1] != b.shape[1]:
        raise ValueError("a and b must have the same K")
    if list(a_scale.shape) != [a.shape[0]] or list(b_scale.shape) != [b.shape[0]]:
        raise ValueError("one scale a row")
    if bias is not None and list(bias.shape) != [b.shape[0]]:
        raise ValueError("one bias a row of b")
    out = _integers(a, b).to(torch.float32) * torch.outer(a_scale, b_scale)
    if bias is not None:
        out += bias
    return out
