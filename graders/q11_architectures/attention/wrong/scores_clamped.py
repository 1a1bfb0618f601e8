"""Clamps the scores.

Misconception: Scores beyond 50 make no difference.
Caught by: test_large_scores
Keeps: test_scaled_dot_product
Advice: They do among each other: softmax subtracts the maximum already.
"""

import math

import torch
from torch import Tensor


def attention(q: Tensor, k: Tensor, v: Tensor, causal: bool = False, key_padding_mask: Tensor | None = None) -> Tensor:
    scores = (q @ k.mT / math.sqrt(q.shape[-1])).clamp(-50, 50)
    masked = torch.zeros_like(scores, dtype=torch.bool)
    if causal:
        masked |= torch.ones_like(masked).triu(1)
    if key_padding_mask is not None:
        masked |= key_padding_mask[:, None, None, :]
    weights = scores.masked_fill(masked, torch.finfo(scores.dtype).min).softmax(-1)
    return weights.masked_fill(masked, 0) @ v
