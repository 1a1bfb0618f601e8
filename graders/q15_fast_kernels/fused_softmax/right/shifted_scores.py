"""The extreme comes off before the scale is applied: a minimum where the scale is negative; base-2 exponentials."""

import math

import torch

LOG2E = 1 / math.log(2)


class fused_softmax:
    def __new__(cls, x, mask=None, scale=1.0):
        if x.shape == () or not x.dtype.is_floating_point:
            raise ValueError("fused_softmax takes floating tensors with an axis at least")
        work = x if x.dtype.itemsize > 2 else x.to(torch.float32)
        hidden = None
        if mask is not None:
            cls.look_at(mask, x)
            hidden = ~mask
        if scale < 0:
            work, scale = -work, -scale
        if hidden is None:
            work = work - work.max(-1, keepdim=True).values
        else:
            work = work.masked_fill(hidden, -math.inf)
            top = work.max(-1, keepdim=True).values
            work.sub_(top.masked_fill_(top == -math.inf, 0))
        work.mul_(scale * LOG2E)
        if hidden is not None and scale == 0:
            work.masked_fill_(hidden, -math.inf)
        work.exp2_()
        s = work.sum(-1, keepdim=True)
        s[s == 0] = 1
        return work.mul_(s.reciprocal_()).to(x.dtype)

    @staticmethod
    def look_at(mask, x):
        if mask.dtype != torch.bool:
            raise ValueError(f"a mask is bool, not {mask.dtype}")
        try:
            shape = torch.broadcast_shapes(mask.shape, x.shape)
        except RuntimeError:
            shape = None
        if shape != x.shape:
            raise ValueError(f"a mask of {tuple(mask.shape)} for {tuple(x.shape)}")
