"""Row blocks that fit into the cache, torch.where, logsumexp, and one multiplication by the mask's own zeros avoided."""

import torch


def fused_softmax(x, mask=None, scale=1.0):
    if not x.dim() or not torch.is_floating_point(x):
        raise ValueError("x needs an axis, and floating entries")
    if mask is not None:
        if mask.dtype is not torch.bool:
            raise ValueError("the mask is to be bool")
        try:
            mask = torch.broadcast_to(mask, x.shape)
        except RuntimeError as error:
            raise ValueError(f"the mask does not fit: {error}") from None
    out = torch.empty_like(x, memory_format=torch.contiguous_format)
    width = x.shape[-1]
    source, target = x.reshape(-1, width), out.view(-1, width)
    allowed = None if mask is None else mask.reshape(-1, width) if mask.stride()[:-1] != (0,) * (x.dim() - 1) else mask[(0,) * (x.dim() - 1)] if x.shape.numel() else mask.reshape(-1, width)
    step = len(source) if x.is_cuda else max(1, 65536 // width)
    low = torch.finfo(torch.float64 if x.dtype == torch.float64 else torch.float32).min
    for start in range(0, len(source), max(step, 1)):
        s = source[start : start + step]
        s = (s if s.dtype == torch.float64 else s.float()) * scale
        if allowed is not None:
            part = allowed if allowed.ndim == 1 else allowed[start : start + step]
            s = torch.where(part, s, -torch.inf)
        s -= s.amax(1, keepdim=True).clamp(min=low)
        s.exp_()
        total = s.sum(1, keepdim=True)
        s /= torch.where(total == 0, 1, total)
        target[start : start + step] = s
    return out
