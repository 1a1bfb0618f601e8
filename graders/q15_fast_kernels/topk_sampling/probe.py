"""Calls that the wire cannot carry: other memory layouts, and the same tensors twice."""

import submission
import torch


def layouts(logits, u, k):
    """The logits transposed and strided in memory, and u every second entry of a longer one, or one number for all."""
    spread = torch.zeros(2 * logits.shape[0], 3 * logits.shape[1], dtype=logits.dtype)[::2, ::3]
    spread.copy_(logits)
    strided = torch.stack([u, 1 - u], 1)[:, 0]
    return [
        submission.sample_top_k(logits.T.contiguous().T, strided, k),
        submission.sample_top_k(spread, u[:1].expand(len(u)), k),
    ]


def twice(logits, u, k, temperature):
    return [submission.sample_top_k(logits, u, k, temperature).clone() for _ in range(2)]
