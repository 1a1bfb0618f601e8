"""float32 products of 1024 terms at a time, each exact, added up in float64; a column of zeros stands in for no columns."""

import torch
import torch.nn.functional as F

EXACT = 2**24 // 2**14


def quantize_rows(x):
    if x.ndim != 2:
        raise ValueError("x needs two dimensions")
    if not torch.is_floating_point(x):
        raise ValueError("x needs a floating dtype")
    top = F.pad(x, (0, 1)).abs().max(dim=1).values
    scale = top.div(127.0).masked_fill(top == 0, 1.0)
    q = (x / scale.unsqueeze(1)).round().clamp(-127, 127)
    return q.to(torch.int8), scale.to(torch.float32)


def int8_matmul(a, a_scale, b, b_scale, bias=None):
    for name, t in dict(a=a, b=b).items():
        if t.dtype is not torch.int8:
            raise ValueError(f"{name} has dtype {t.dtype}, int8 is needed")
        if t.ndim != 2:
            raise ValueError(f"{name} has {t.ndim} dimensions, 2 are needed")
    (m, k), (n, k2) = a.shape, b.shape
    if k != k2:
        raise ValueError(f"inner sizes {k} and {k2} differ")
    for name, t, size in (("a_scale", a_scale, m), ("b_scale", b_scale, n), ("bias", bias, n)):
        if t is not None and tuple(t.shape) != (size,):
            raise ValueError(f"{name} must be of shape ({size},)")
    if k <= EXACT:
        exact = a.float() @ b.float().t()
    else:
        exact = torch.zeros(m, n, dtype=torch.float64, device=a.device)
        for start in range(0, k, EXACT):
            exact += a[:, start : start + EXACT].float() @ b[:, start : start + EXACT].float().t()
    out = exact * a_scale.unsqueeze(1) * b_scale
    if bias is not None:
        out = out + bias
    return out.float()
