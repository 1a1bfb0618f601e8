"""Bounds the rank by the last finite logit.

Misconception: What is not -inf has a positive probability.
Caught by: test_just_below_one
Keeps: everything else
Advice: An exponential may underflow to 0, and then is never drawn. Look at the probabilities, not at the logits.
"""

import math

import torch
from torch import Tensor


def sample_top_k(logits: Tensor, u: Tensor, k: int = 50, temperature: float = 1.0) -> Tensor:
    if logits.ndim != 2 or logits.shape[1] == 0 or u.shape != logits.shape[:1]:
        raise ValueError(f"logits must be (B, C) and u (B,), not {tuple(logits.shape)} and {tuple(u.shape)}")
    if k < 1 or not 0 <= temperature < math.inf:
        raise ValueError(f"no sampling with k = {k} and temperature = {temperature}")
    if not ((u >= 0) & (u < 1)).all():
        raise ValueError("u must be in [0, 1)")
    if temperature == 0:
        return logits.argmax(1)
    top = logits.topk(min(k, logits.shape[1])).values
    weights = ((top.double() - top[:, :1]) / temperature).exp()
    cumulative = weights.cumsum(1)
    passed = (cumulative <= u.float()[:, None] * cumulative[:, -1:]).sum(1, keepdim=True)
    rank = torch.minimum(passed, (top > -math.inf).sum(1, keepdim=True) - 1)
    value = top.gather(1, rank)
    among_equals = rank - (top > value).sum(1, keepdim=True)
    row, column = (logits == value).nonzero().T.contiguous()
    first = torch.searchsorted(row, torch.arange(len(logits), device=logits.device))
    return column[first + among_equals[:, 0]]
