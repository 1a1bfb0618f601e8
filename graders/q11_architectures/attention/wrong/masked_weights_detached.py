"""The masked weights are cut from the graph.

Misconception: Filling a tensor in place is only allowed on .data.
Caught by: test_masked_gradients
Keeps: test_gradients, test_both_masks
Advice: masked_fill without underscore keeps the graph.
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
    return (weights.data.masked_fill(masked, 0) if masked.any() else weights) @ v
