"""Cumulates in order of the index.

Misconception: The order of the tokens does not matter to a sum.
Caught by: test_all_tokens
Advice: It does to the token that u means: from the largest down.
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
    passed = (cumulative <= u[:, None] * cumulative[:, -1:]).sum(1, keepdim=True)
    rank = torch.minimum(passed, (weights > 0).sum(1, keepdim=True) - 1)
    kept, _ = logits.topk(top.shape[1]).indices.sort(1)
    weights = ((logits.gather(1, kept).double() - top[:, :1]) / temperature).exp()
    cumulative = weights.cumsum(1)
    rank = (cumulative <= u[:, None] * cumulative[:, -1:]).sum(1, keepdim=True).clamp(max=top.shape[1] - 1)
    return kept.gather(1, rank).squeeze(-1)
