"""Takes all scores at once, and no blocks.

Misconception: Working in place is saving enough.
Caught by: test_memory, test_memory_of_many_keys
Keeps: test_causal_blocks, test_large_scores
Advice: The L x S scores alone take 256 MiB: take block_size keys at a time.
"""

import math

import torch
from torch import Tensor


def flash_attention(q: Tensor, k: Tensor, v: Tensor, causal: bool = False, block_size: int = 128) -> Tensor:
    _check(q, k, v, causal, block_size)
    precision = torch.promote_types(q.dtype, torch.float32)
    queries, ahead = q.to(precision) / math.sqrt(q.shape[3]), k.shape[2] - q.shape[2]
    scores = queries @ k.to(precision).mT
    if causal:
        scores.masked_fill_(torch.ones(scores.shape[2:], dtype=torch.bool, device=q.device).triu(ahead + 1), -math.inf)
    scores.sub_(scores.amax(-1, keepdim=True)).exp_()
    return (scores @ v.to(precision) / scores.sum(-1, keepdim=True)).to(q.dtype)


def _check(q: Tensor, k: Tensor, v: Tensor, causal: bool, block_size: int) -> None:
    if block_size < 1:
        raise ValueError(f"block_size is {block_size}, and a block has at least one key")
    if q.ndim != 4 or k.ndim != 4 or v.ndim != 4:
        raise ValueError("q, k and v have four dimensions each")
    if q.shape[:2] != k.shape[:2] or k.shape[:3] != v.shape[:3] or q.shape[3] != k.shape[3]:
        raise ValueError(f"q {tuple(q.shape)}, k {tuple(k.shape)} and v {tuple(v.shape)} do not fit")
    if causal and q.shape[2] > k.shape[2]:
        raise ValueError(f"{q.shape[2]} queries do not end where {k.shape[2]} keys do")
