"""Scales the queries in place.

Misconception: It saves memory.
Caught by: test_second_call, test_gradients
Keeps: test_scaled_dot_product
Advice: q is the caller's.
"""

import math

import torch
from torch import Tensor


def attention(q: Tensor, k: Tensor, v: Tensor, causal: bool = False, key_padding_mask: Tensor | None = None) -> Tensor:
    q.data /= math.sqrt(q.shape[-1])
    scores = q @ k.mT
    masked = torch.zeros_like(scores, dtype=torch.bool)
    if causal:
        masked |= torch.ones_like(masked).triu(1)
    if key_padding_mask is not None:
        masked |= key_padding_mask[:, None, None, :]
    weights = scores.masked_fill(masked, torch.finfo(scores.dtype).min).softmax(-1)
    return weights.masked_fill(masked, 0) @ v
