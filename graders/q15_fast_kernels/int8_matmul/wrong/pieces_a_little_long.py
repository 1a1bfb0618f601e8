"""Sums in float32 over pieces of 1100.

Misconception: Sums of so few products stay below 2**24.
Caught by: test_exact
Keeps: everything else
Advice: 127 * 127 * 1100 is more than 2**24. Products may be as large as 2**14: take 1024 of them at most.
"""

import torch
from torch import Tensor


def quantize_rows(x: Tensor) -> tuple[Tensor, Tensor]:
    if x.dim() != 2 or not x.is_floating_point():
        raise ValueError(f"x must be floating and two-dimensional, and not {x.dtype} of shape {tuple(x.shape)}")
    if not x.shape[1]:
        return x.to(torch.int8), x.new_ones(len(x), dtype=torch.float32)
    scale = (x.abs().amax(1) / 127).float()
    scale = torch.where(scale == 0, 1, scale)
    return torch.round(x / scale[:, None]).to(torch.int8), scale


def int8_matmul(a: Tensor, a_scale: Tensor, b: Tensor, b_scale: Tensor, bias: Tensor | None = None) -> Tensor:
    if not a.dtype == b.dtype == torch.int8:
        raise ValueError(f"a and b must be int8, and not {a.dtype} and {b.dtype}")
    if not a.dim() == b.dim() == 2 or a.shape[1] != b.shape[1]:
        raise ValueError(f"a and b must be (M, K) and (N, K), and not {tuple(a.shape)} and {tuple(b.shape)}")
    columns = b.shape[:1]
    if a_scale.shape != a.shape[:1] or b_scale.shape != columns or (bias is not None and bias.shape != columns):
        raise ValueError(f"a_scale must be ({len(a)},), b_scale and bias ({len(b)},)")
    sums = [(p.float() @ q.float().T).double() for p, q in zip(a.split(1100, 1), b.split(1100, 1))]
    result = sum(sums, torch.zeros(len(a), len(b), device=a.device)).float() * a_scale[:, None] * b_scale
    return result if bias is None else result + bias
