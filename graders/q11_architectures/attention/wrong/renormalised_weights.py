"""Renormalises the weights behind the softmax.

Misconception: Dividing by the rest of the sum repairs everything.
Caught by: test_large_masked_scores
Keeps: test_padding, test_no_key_left
Advice: Where a masked score is the largest, all others have underflowed to 0: mask before the softmax.
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
    weights = scores.softmax(-1).masked_fill(masked, 0)
    return weights / (weights.sum(-1, keepdim=True) + 1e-12 * (weights.sum(-1, keepdim=True) == 0)) @ v
