"""topk, its k sorted again by index; rows whose k-th value occurs outside as well are done anew by a stable sort."""

import torch
from torch.nn import functional as F


def sample_top_k(logits, u, k=50, temperature=1.0):
    B, C = logits.shape if logits.ndim == 2 else (0, 0)
    if C == 0 or tuple(u.shape) != (B,):
        raise ValueError("shapes do not fit")
    if k <= 0:
        raise ValueError("k")
    if not (temperature >= 0 and temperature < float("inf")):
        raise ValueError("temperature")
    if B and not (float(u.min()) >= 0 and float(u.max()) < 1):
        raise ValueError("u")
    k = min(int(k), C)
    more = min(k + 1, C)
    v, i = torch.topk(logits, more, dim=-1)
    i, by_index = i[:, :k].sort(-1)
    values = v[:, :k].gather(-1, by_index)
    values, by_value = torch.sort(values, dim=-1, descending=True, stable=True)
    i = i.gather(-1, by_value)
    if more > k:
        torn = (v[:, k] == v[:, k - 1]).nonzero()[:, 0]
        if len(torn):
            again = torch.argsort(logits[torn], dim=-1, descending=True, stable=True)[:, :k]
            i[torn] = again
    if temperature == 0:
        return i[:, 0].contiguous()
    z = values.to(torch.promote_types(values.dtype, torch.float32))
    p = F.softmax((z - z[:, :1]) / temperature, dim=-1)
    above = p.cumsum(-1) > u.to(p.dtype)[:, None]
    first = torch.where(above.any(-1), above.int().argmax(-1), C)
    last = torch.where(p > 0, torch.arange(k, device=p.device), -1).amax(-1)
    return i.gather(-1, torch.minimum(first, last)[:, None]).squeeze(1)
