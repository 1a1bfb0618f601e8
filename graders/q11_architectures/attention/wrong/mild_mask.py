"""Fills masked scores with -10,000.

Misconception: That is low enough.
Caught by: test_large_masked_scores
Keeps: test_padding, test_no_key_left
Advice: Real scores may be as low: use torch.finfo(dtype).min.
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
    weights = scores.masked_fill(masked, -1e4).softmax(-1)
    return weights.masked_fill(masked, 0) @ v
