"""Adds a mask of -inf and replaces the NaN at the end.

Misconception: Nobody sees NaN that is replaced.
Caught by: test_no_key_left_gradients
Keeps: test_no_key_left, test_masked_gradients
Advice: The backward pass sees it: 0 times NaN is NaN. Fill with a finite number.
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
    bias = torch.zeros_like(scores).masked_fill(masked, -math.inf)
    return ((scores + bias).softmax(-1) @ v).nan_to_num(0)
