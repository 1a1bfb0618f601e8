"""Subtracts the largest score of all.

Misconception: One maximum is as good as another.
Caught by: test_large_masked_scores
Keeps: test_padding, test_no_key_left
Advice: Each query needs the largest of its own unmasked scores, or all its powers underflow.
"""

import math

import torch
from torch import Tensor


def attention(q: Tensor, k: Tensor, v: Tensor, causal: bool = False, key_padding_mask: Tensor | None = None) -> Tensor:
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    masked = torch.zeros_like(scores, dtype=torch.bool)
    if causal:
        masked |= torch.ones_like(masked).triu(1)
    if key_padding_mask is not None:
        masked |= key_padding_mask[:, None, None, :]
    powers = (scores - scores.max()).exp().masked_fill(masked, 0)
    return powers / powers.sum(-1, keepdim=True).clamp(min=torch.finfo(v.dtype).tiny) @ v
