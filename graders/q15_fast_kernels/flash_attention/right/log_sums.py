"""Keeps a finished average and the log of the sum: each block's softmax is merged with weights from logaddexp."""

from math import inf, sqrt

import torch
from torch import logaddexp, logsumexp


class flash_attention:
    def __new__(cls, q, k, v, causal=False, block_size=128):
        cls.validate(q, k, v, causal, block_size)
        up = (lambda t: t.float()) if q.dtype in (torch.bfloat16, torch.float16) else (lambda t: t)
        query = up(q) / sqrt(q.size(-1))
        behind = k.size(2) - q.size(2)
        average = lse = None
        begin = 0
        for key, value in zip(k.split(block_size, 2), v.split(block_size, 2)):
            start = max(0, begin - behind) if causal else 0
            scores = torch.matmul(query[:, :, start:], up(key).transpose(-1, -2))
            if causal:
                seen = torch.arange(query.size(2), device=q.device)[start : start + block_size, None] + behind
                mask = torch.arange(begin, begin + key.size(2), device=q.device)[None] > seen
                scores[:, :, :block_size].masked_fill_(mask, -inf)
            block = scores.amax(-1, keepdim=True)
            scores = scores.sub_(block).exp_()
            total = scores.sum(-1, keepdim=True)
            own = torch.matmul(scores, up(value)).div_(total)
            log = block + total.log()
            if average is None:
                average, lse = own, log
            else:
                both = logaddexp(lse[:, :, start:], log)
                average[:, :, start:].lerp_(own, torch.exp(log - both))
                lse[:, :, start:] = both
            begin += key.size(2)
        return average.to(q.dtype)

    @staticmethod
    def validate(q, k, v, causal, block_size):
        if block_size < 1:
            raise ValueError("block_size")
        if any(t.dim() != 4 for t in (q, k, v)):
            raise ValueError("dimensions")
        if q.shape[:2] != k.shape[:2] or k.shape[:2] != v.shape[:2]:
            raise ValueError("B and H")
        if q.shape[-1] != k.shape[-1]:
            raise ValueError("E")
        if k.shape[2] != v.shape[2]:
            raise ValueError("S")
        if causal and q.shape[2] > k.shape[2]:
            raise ValueError("L > S")
