"""The softmax goes over the queries.

Misconception: Dimension 2 is where the sequence is.
Caught by: test_scaled_dot_product, test_gradients
Advice: Each query's weights add up to 1: softmax over the last dimension of (L, S).
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
    weights = scores.masked_fill(masked, torch.finfo(scores.dtype).min).softmax(-2)
    return weights.masked_fill(masked, 0) @ v
