"""Joins blocks of queries with torch.cat, all keys at once.

Misconception: There is always a block.
Caught by: test_empty, test_memory_of_many_keys
Keeps: test_causal_blocks
Advice: Without queries there is nothing to join: start from an empty result of the right shape.
"""

import math

import torch
from torch import Tensor


def flash_attention(q: Tensor, k: Tensor, v: Tensor, causal: bool = False, block_size: int = 128) -> Tensor:
    _check(q, k, v, causal, block_size)
    precision = torch.promote_types(q.dtype, torch.float32)
    keys, values, ahead = k.to(precision), v.to(precision), k.shape[2] - q.shape[2]
    results = []
    for start in range(0, q.shape[2], block_size):
        rows = slice(start, min(start + block_size, q.shape[2]))
        scores = q[:, :, rows].to(precision) / math.sqrt(q.shape[3]) @ keys.mT
        if causal:
            hidden = torch.ones(scores.shape[2:], dtype=torch.bool, device=q.device).triu(start + ahead + 1)
            scores.masked_fill_(hidden, -math.inf)
        results.append((torch.softmax(scores, -1) @ values).to(q.dtype))
    return torch.cat(results, 2)


def _check(q: Tensor, k: Tensor, v: Tensor, causal: bool, block_size: int) -> None:
    if block_size < 1:
        raise ValueError(f"block_size is {block_size}, and a block has at least one key")
    if q.ndim != 4 or k.ndim != 4 or v.ndim != 4:
        raise ValueError("q, k and v have four dimensions each")
    if q.shape[:2] != k.shape[:2] or k.shape[:3] != v.shape[:3] or q.shape[3] != k.shape[3]:
        raise ValueError(f"q {tuple(q.shape)}, k {tuple(k.shape)} and v {tuple(v.shape)} do not fit")
    if causal and q.shape[2] > k.shape[2]:
        raise ValueError(f"{q.shape[2]} queries do not end where {k.shape[2]} keys do")
