"""A query without keys gets NaN.

Misconception: -inf is the right mask.
Caught by: test_no_key_left
Keeps: test_padding, test_masked_gradients
Advice: 0/0 is NaN: treat rows without keys.
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
    return scores.masked_fill(masked, -math.inf).softmax(-1) @ v
