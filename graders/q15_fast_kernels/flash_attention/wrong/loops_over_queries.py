"""Loops over rows, heads and queries.

Misconception: A kernel handles one query, so the code does.
Caught by: test_speed
Keeps: test_causal_blocks
Advice: Batch rows, heads and queries are independent: one product serves all of them.
"""

import math

import torch
from torch import Tensor


def flash_attention(q: Tensor, k: Tensor, v: Tensor, causal: bool = False, block_size: int = 128) -> Tensor:
    _check(q, k, v, causal, block_size)
    precision = torch.promote_types(q.dtype, torch.float32)
    ahead = k.shape[2] - q.shape[2]
    result = q.new_empty(*q.shape[:3], v.shape[3])
    for b in range(q.shape[0]):
        for h in range(q.shape[1]):
            for i in range(q.shape[2]):
                seen = i + ahead + 1 if causal else k.shape[2]
                query = q[b, h, i].to(precision) / math.sqrt(q.shape[3])
                weights = torch.softmax(k[b, h, :seen].to(precision) @ query, 0)
                result[b, h, i] = weights @ v[b, h, :seen].to(precision)
    return result


def _check(q: Tensor, k: Tensor, v: Tensor, causal: bool, block_size: int) -> None:
    if block_size < 1:
        raise ValueError(f"block_size is {block_size}, and a block has at least one key")
    if q.ndim != 4 or k.ndim != 4 or v.ndim != 4:
        raise ValueError("q, k and v have four dimensions each")
    if q.shape[:2] != k.shape[:2] or k.shape[:3] != v.shape[:3] or q.shape[3] != k.shape[3]:
        raise ValueError(f"q {tuple(q.shape)}, k {tuple(k.shape)} and v {tuple(v.shape)} do not fit")
    if causal and q.shape[2] > k.shape[2]:
        raise ValueError(f"{q.shape[2]} queries do not end where {k.shape[2]} keys do")
