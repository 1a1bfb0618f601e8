"""Zeroes every query of a batch row that has one without keys.

Misconception: A row is either padding or not.
Caught by: test_no_key_left
Keeps: test_padding, test_causal
Advice: Only the queries without keys get zeros.
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
    weights = scores.masked_fill(masked, torch.finfo(scores.dtype).min).softmax(-1)
    alone = masked.all(-1, keepdim=True).any(-2, keepdim=True)
    return weights.masked_fill(masked | alone, 0) @ v
