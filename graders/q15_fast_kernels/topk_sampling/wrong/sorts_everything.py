"""Sorts whole rows, to take k of them.

Misconception: Sorting is fast enough.
Caught by: test_speed
Keeps: test_all_tokens, test_top_k, test_equal_logits
Advice: Of 50,257 entries 50 are wanted: a selection goes over them once or twice, a sort a dozen times.
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
    ordered, tokens = logits.sort(dim=1, descending=True, stable=True)
    top = ordered[:, :k]
    weights = ((top.double() - top[:, :1]) / temperature).exp()
    cumulative = weights.cumsum(1)
    passed = (cumulative <= u[:, None] * cumulative[:, -1:]).sum(1, keepdim=True)
    rank = torch.minimum(passed, (weights > 0).sum(1, keepdim=True) - 1)
    return tokens.gather(1, rank).squeeze(-1)
