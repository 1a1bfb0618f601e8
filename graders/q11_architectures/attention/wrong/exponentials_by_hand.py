"""Exponentiates without subtracting the maximum.

Misconception: Scores by sqrt(E) are small.
Caught by: test_large_scores
Keeps: test_scaled_dot_product, test_padding
Advice: exp(10000) overflows: use softmax, or subtract the largest score.
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
    weights = scores.masked_fill(masked, torch.finfo(scores.dtype).min).exp()
    return weights / weights.sum(-1, keepdim=True).clamp(min=torch.finfo(v.dtype).tiny) @ v
