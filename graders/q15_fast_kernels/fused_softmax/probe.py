"""Calls that the wire cannot carry: other memory layouts, and the same tensors twice."""

import submission
import torch


def layouts(x, mask):
    """x (R, C) and mask (C,) in other places in memory: transposed, every second entry, expanded."""
    turned = x.T.contiguous().T
    spread = torch.zeros(2 * x.shape[0], 3 * x.shape[1], dtype=x.dtype)[::2, ::3]
    spread.copy_(x)
    full = mask.expand(x.shape)
    repeated = x[:1].expand(x.shape)
    return [
        submission.fused_softmax(each, own, -0.5)
        for each, own in ((turned, mask), (spread, full), (repeated, full.T.contiguous().T), (x.T, None))
    ]


def twice(x, mask, scale):
    return [submission.fused_softmax(x, mask, scale).clone() for _ in range(2)]
