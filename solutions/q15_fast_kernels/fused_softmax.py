"""Masked softmax with a scale.

Idea
    Scale, mask with -inf, subtract each row's maximum, exponentiate, divide by the sum: in this order. The first step
    makes a tensor of our own, and everything after it works on that tensor in place.

Derivation
    Subtracting the maximum m changes nothing, since exp(s - m) / sum exp(s - m) is exp(s) / sum exp(s), and makes the
    largest exponential exp(0) = 1. The sum of a row with anything in it is therefore at least 1, and a lower bound of
    1 for the sum changes only the rows that are empty: their exponentials are all 0, and 0 / 1 is 0. Their maximum is
    -inf, and -inf - (-inf) would be NaN; bounded below by the smallest finite number, the difference is -inf, and its
    exponential 0.

Cost
    About six passes over the data and one tensor of its size (plus one in float32 for half precision). The arithmetic
    is negligible but for the exponential: time goes into reading and writing memory.

    On a GPU each of these operations is a kernel of its own, that reads everything from device memory and writes it
    back: some 40 bytes an entry in float32. A fused kernel gives each row to a block of threads, which reads it once
    into registers, reduces maximum and sum there, and writes it once: 8 bytes an entry, five times faster, since
    softmax is bound by memory. Rows that are too long for registers are gone over twice, with a running maximum and a
    rescaled sum. Short rows want several per block, or most threads idle; few long rows want several blocks per row,
    or most of the multiprocessors do. Where x fits into the cache, or is so small that starting a kernel costs more,
    fusing still saves the starts, and nothing else.

Pitfalls
    A maximum taken before the scale is a minimum where the scale is negative; taken before the mask, a huge masked
    score makes all others underflow. NaN behind the mask survives a multiplication by 0. A large negative number
    instead of -inf makes an empty row uniform, and is not below every score. In bfloat16 a score of 300 is known to 1
    only: scaling must happen in float32. `softmax(x * mask)` gives masked entries the score 0, not the weight 0.

Follow-up questions
    How can maximum and sum be found in one pass? Keep both; where a block raises the maximum from m to n, multiply
    the sum by exp(m - n). That is the online softmax, on which flash attention rests.
    Why exp2 in kernels? The hardware has a base-2 exponential; log2(e) is multiplied into the scale, for nothing.
    When does it not pay to fuse by hand? Where torch.compile already does (it fuses the pointwise steps into the
    reductions), or where the next operation is a matrix product, into which the whole softmax can be fused.
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
        scores.masked_fill_(~mask, -torch.inf)
    highest = scores.amax(-1, keepdim=True).clamp_(min=torch.finfo(scores.dtype).min)
    powers = scores.sub_(highest).exp_()
    return powers.div_(powers.sum(-1, keepdim=True).clamp_(min=1)).to(x.dtype)


def _broadcasts(mask: Tensor, x: Tensor) -> bool:
    """To x's shape, and no further."""
    sizes = zip(reversed(mask.shape), reversed(x.shape), strict=False)
    return mask.ndim <= x.ndim and all(own in (1, wanted) for own, wanted in sizes)
