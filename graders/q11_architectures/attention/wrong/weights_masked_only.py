"""Puts masked weights to 0 behind the softmax and leaves it at that.

Misconception: A weight of 0 is what a mask does.
Caught by: test_causal, test_padding
Keeps: test_gradients
Advice: The masked keys stay in the denominator: mask the scores before the softmax.
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
    weights = scores.softmax(-1)
    return weights.masked_fill(masked, 0) @ v
