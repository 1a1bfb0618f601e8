"""Takes rows below 1e-28 for rows of zeros.

Misconception: Nothing that small occurs.
Caught by: test_small_and_large_rows
Keeps: everything else
Advice: Rows down to 1e-30 were asked for. Compare the largest absolute value with 0 itself.
"""

import torch
from torch import Tensor


def quantize_rows(x: Tensor) -> tuple[Tensor, Tensor]:
    if x.dim() != 2 or not x.is_floating_point():
        raise ValueError(f"x must be floating and two-dimensional, and not {x.dtype} of shape {tuple(x.shape)}")
    if not x.shape[1]:
        return x.to(torch.int8), x.new_ones(len(x), dtype=torch.float32)
    scale = (x.abs().amax(1) / 127).float()
    scale = torch.where(scale < 1e-28 / 127, 1, scale)
    return torch.round(x / scale[:, None]).to(torch.int8), scale


def int8_matmul(a: Tensor, a_scale: Tensor, b: Tensor, b_scale: Tensor, bias: Tensor | None = None) -> Tensor:
    if not a.dtype == b.dtype == torch.int8:
        raise ValueError(f"a and b must be int8, and not {a.dtype} and {b.dtype}")
    if not a.dim() == b.dim() == 2 or a.shape[1] != b.shape[1]:
        raise ValueError(f"a and b must be (M, K) and (N, K), and not {tuple(a.shape)} and {tuple(b.shape)}")
    columns = b.shape[:1]
    if a_scale.shape != a.shape[:1] or b_scale.shape != columns or (bias is not None and bias.shape != columns):
        raise ValueError(f"a_scale must be ({len(a)},), b_scale and bias ({len(b)},)")
    result = (a.double() @ b.double().T).float() * a_scale[:, None] * b_scale
    return result if bias is None else result + bias
