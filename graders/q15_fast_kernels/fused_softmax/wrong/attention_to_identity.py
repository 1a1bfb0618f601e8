"""Has the softmax of the scores computed by attention, with an identity matrix for keys and values.

Misconception: Attention is no softmax.
Caught by: test_rules
Keeps: test_softmax, test_mask, test_empty_rows
Advice: There is one inside it, and torch's at that. Write out the maximum, the exponential, the sum and the division.
"""

import torch
from torch import Tensor
from torch.nn import functional


def fused_softmax(x: Tensor, mask: Tensor | None = None, scale: float = 1.0) -> Tensor:
    if not (x.ndim and x.is_floating_point()):
        raise ValueError(f"x must be floating and have an axis at least, not {x.dtype} of shape {tuple(x.shape)}")
    scores = x.to(torch.promote_types(x.dtype, torch.float32)) * scale
    if mask is not None:
        if mask.dtype != torch.bool or not _broadcasts(mask, x):
            raise ValueError(f"no mask for {tuple(x.shape)}: {mask.dtype} of shape {tuple(mask.shape)}")
        scores.masked_fill_(~mask, -torch.inf)
    if not scores.numel():
        return torch.zeros_like(x)
    empty = scores.isneginf().all(-1, keepdim=True)
    scores = scores.masked_fill(empty, 0).clamp(min=torch.finfo(scores.dtype).min / 4)
    one = torch.eye(x.shape[-1], dtype=scores.dtype, device=x.device)
    rows = functional.scaled_dot_product_attention(scores.reshape(-1, len(one)), one, one, scale=1.0)
    return rows.reshape(x.shape).masked_fill(empty, 0).to(x.dtype)


def _broadcasts(mask: Tensor, x: Tensor) -> bool:
    """To x's shape, and no further."""
    sizes = zip(reversed(mask.shape), reversed(x.shape), strict=False)
    return mask.ndim <= x.ndim and all(own in (1, wanted) for own, wanted in sizes)
