"""Makes tables of all positions, for the mask.

Misconception: Only scores take memory.
Caught by: test_causal_memory
Keeps: test_causal_blocks, test_memory
Advice: Integers of L x S take 128 MiB: make the mask of a block alone.
"""

import math

import torch
from torch import Tensor


def flash_attention(q: Tensor, k: Tensor, v: Tensor, causal: bool = False, block_size: int = 128) -> Tensor:
    _check(q, k, v, causal, block_size)
    precision = torch.promote_types(q.dtype, torch.float32)
    queries = q.to(precision) / math.sqrt(q.shape[3])
    ahead = k.shape[2] - q.shape[2]
    largest = queries.new_full((*q.shape[:3], 1), -math.inf)
    total = torch.zeros_like(largest)
    place = torch.arange(k.shape[2], device=q.device) - torch.arange(q.shape[2], device=q.device)[:, None] if causal else None
    result = queries.new_zeros(*q.shape[:3], v.shape[3])
    for start in range(0, k.shape[2], block_size):
        keys, values = (x[:, :, start : start + block_size].to(precision) for x in (k, v))
        first = max(0, start - ahead) if causal else 0  # earlier queries see nothing of this block
        scores = queries[:, :, first:] @ keys.mT
        if causal:
            diagonal = scores[:, :, :block_size]
            hidden = place[first : first + diagonal.shape[2], start : start + keys.shape[2]] > ahead
            diagonal.masked_fill_(hidden, -math.inf)
        old = largest[:, :, first:]
        new = torch.maximum(old, scores.amax(-1, keepdim=True))
        weights = scores.sub_(new).exp_()
        decay = (old - new).exp_()
        total[:, :, first:].mul_(decay).add_(weights.sum(-1, keepdim=True))
        result[:, :, first:].mul_(decay).add_(weights @ values)
        old.copy_(new)
    return (result / total).to(q.dtype)


def _check(q: Tensor, k: Tensor, v: Tensor, causal: bool, block_size: int) -> None:
    if block_size < 1:
        raise ValueError(f"block_size is {block_size}, and a block has at least one key")
    if q.ndim != 4 or k.ndim != 4 or v.ndim != 4:
        raise ValueError("q, k and v have four dimensions each")
    if q.shape[:2] != k.shape[:2] or k.shape[:3] != v.shape[:3] or q.shape[3] != k.shape[3]:
        raise ValueError(f"q {tuple(q.shape)}, k {tuple(k.shape)} and v {tuple(v.shape)} do not fit")
    if causal and q.shape[2] > k.shape[2]:
        raise ValueError(f"{q.shape[2]} queries do not end where {k.shape[2]} keys do")
