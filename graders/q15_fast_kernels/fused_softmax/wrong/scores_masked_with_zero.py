"""Gives masked entries the score 0.

Misconception: Zero has no influence.
Caught by: test_mask
Keeps: test_softmax, test_scale
Advice: exp(0) is 1. The score without influence is -inf.
"""

import torch
from torch import Tensor


def fused_softmax(x: Tensor, mask: Tensor | None = None, scale: float = 1.0) -> Tensor:
    if not (x.ndim and x.is_floating_point()):
        raise ValueError(f"x must be floating and have an axis at least, not {x.dtype} of shape {tuple(x.shape)}")
    scores = x.to(torch.promote_types(x.dtype, torch.float32)) * scale
    if mask is not None:
        if mask.dtype != torch.bool or not _broadcasts(mask, x):
            raise ValueError(f"no mask for {tuple(x.shape)}: {mask.dtype} of shape {tuple(mask.shape)}")
        scores.masked_fill_(~mask, 0)
    highest = scores.amax(-1, keepdim=True).clamp_(min=torch.finfo(scores.dtype).min)
    powers = scores.sub_(highest).exp_()
    return powers.div_(powers.sum(-1, keepdim=True).clamp_(min=1)).to(x.dtype)


def _broadcasts(mask: Tensor, x: Tensor) -> bool:
    """To x's shape, and no further."""
    sizes = zip(reversed(mask.shape), reversed(x.shape), strict=False)
    return mask.ndim <= x.ndim and all(own in (1, wanted) for own, wanted in sizes)
