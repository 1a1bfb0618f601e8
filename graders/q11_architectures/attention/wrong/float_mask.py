"""Adds a float32 mask.

Misconception: A mask of floats fits everything.
Caught by: test_masked_dtypes
Keeps: test_dtypes
Advice: Adding float32 to bfloat16 gives float32: keep masks boolean.
"""

import math

import torch
from torch import Tensor


def attention(q: Tensor, k: Tensor, v: Tensor, causal: bool = False, key_padding_mask: Tensor | None = None) -> Tensor:
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    if not causal and key_padding_mask is None:
        return scores.softmax(-1) @ v
    masked = torch.zeros_like(scores, dtype=torch.bool)
    if causal:
        masked |= torch.ones_like(masked).triu(1)
    if key_padding_mask is not None:
        masked |= key_padding_mask[:, None, None, :]
    weights = (scores + masked.float() * torch.finfo(torch.float16).min).softmax(-1)
    return weights.masked_fill(masked, 0) @ v.to(weights.dtype)
