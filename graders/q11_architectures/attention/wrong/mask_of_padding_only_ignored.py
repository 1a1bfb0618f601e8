"""Ignores a padding mask that is True everywhere.

Misconception: A mask that leaves nothing must be a mistake.
Caught by: test_no_key_left
Advice: A batch may consist of padding alone: then every query gets zeros.
"""

import math

import torch


def attention(q, k, v, causal=False, key_padding_mask=None):
    L, S, E = q.shape[-2], k.shape[-2], q.shape[-1]
    scores = (q * (1 / math.sqrt(E))) @ k.transpose(-2, -1)
    masked = None
    if causal:
        masked = torch.ones(L, S, dtype=torch.bool, device=q.device).triu(1)[None, None]
    if key_padding_mask is not None and not key_padding_mask.all():
        pad = key_padding_mask[:, None, None, :]
        masked = pad if masked is None else masked | pad
    if masked is None:
        return torch.softmax(scores, dim=-1) @ v
    scores = scores.masked_fill(masked, torch.finfo(scores.dtype).min)
    weights = torch.softmax(scores, dim=-1).masked_fill(masked, 0.0)
    return weights @ v
