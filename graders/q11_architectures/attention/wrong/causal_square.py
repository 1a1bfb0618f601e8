"""The causal mask is L x L.

Misconception: There are as many keys as queries.
Caught by: test_causal_lengths
Keeps: test_causal
Advice: L and S may differ: the mask is (L, S).
"""

import math

import torch
from torch import Tensor


def attention(q: Tensor, k: Tensor, v: Tensor, causal: bool = False, key_padding_mask: Tensor | None = None) -> Tensor:
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    masked = torch.zeros_like(scores, dtype=torch.bool)
    if causal:
        length = q.shape[2]
        masked |= torch.ones(length, length, dtype=torch.bool).triu(1)
    if key_padding_mask is not None:
        masked |= key_padding_mask[:, None, None, :]
    weights = scores.masked_fill(masked, torch.finfo(scores.dtype).min).softmax(-1)
    return weights.masked_fill(masked, 0) @ v
