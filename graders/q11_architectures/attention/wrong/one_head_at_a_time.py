"""Loops over batch rows and heads.

Misconception: Matrices have two dimensions.
Caught by: test_speed
Keeps: test_scaled_dot_product, test_gradients
Advice: A batched matrix product does all heads at once.
"""

import math

import torch
from torch import Tensor


def attention(q: Tensor, k: Tensor, v: Tensor, causal: bool = False, key_padding_mask: Tensor | None = None) -> Tensor:
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    if not causal and key_padding_mask is None:
        rows = [[torch.stack([(s @ v[n, h]).clone() for s in scores[n, h].softmax(-1)]) for h in range(v.shape[1])] for n in range(len(v))]
        return torch.stack([torch.stack(heads) for heads in rows])
    masked = torch.zeros_like(scores, dtype=torch.bool)
    if causal:
        masked |= torch.ones_like(masked).triu(1)
    if key_padding_mask is not None:
        masked |= key_padding_mask[:, None, None, :]
    weights = scores.masked_fill(masked, torch.finfo(scores.dtype).min).softmax(-1)
    return weights.masked_fill(masked, 0) @ v
