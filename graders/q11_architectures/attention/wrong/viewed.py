"""Flattens the heads with view.

Misconception: Tensors are contiguous.
Caught by: test_memory_layout
Keeps: test_both_masks
Advice: Heads split off a projection are not: use reshape, or no flattening at all.
"""

import math

import torch
from torch import Tensor


def attention(q: Tensor, k: Tensor, v: Tensor, causal: bool = False, key_padding_mask: Tensor | None = None) -> Tensor:
    v = v.view(-1, *v.shape[-2:]).view(v.shape)
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    masked = torch.zeros_like(scores, dtype=torch.bool)
    if causal:
        masked |= torch.ones_like(masked).triu(1)
    if key_padding_mask is not None:
        masked |= key_padding_mask[:, None, None, :]
    weights = scores.masked_fill(masked, torch.finfo(scores.dtype).min).softmax(-1)
    return weights.masked_fill(masked, 0) @ v
