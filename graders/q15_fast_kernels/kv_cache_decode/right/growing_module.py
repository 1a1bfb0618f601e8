"""A module whose buffers grow by doubling up to the capacity; matmul with an axis of groups, and a mask that is added."""

from math import inf

import torch
from torch import nn


class KVCache(nn.Module):
    def __init__(self, batch, heads, capacity, head_dim, dtype=torch.float32, device="cpu"):
        super().__init__()
        if batch < 1 or heads < 1 or capacity < 1 or head_dim < 1:
            raise ValueError("empty cache")
        self.sizes, self.capacity, self.length, self.dtype = (batch, heads, head_dim), capacity, 0, dtype
        for name in ("k", "v"):
            self.register_buffer(name, torch.empty(batch, heads, min(capacity, 16), head_dim, dtype=dtype, device=device))

    def room(self, end):
        size = self.k.shape[2]
        if end <= size:
            return
        size = min(self.capacity, max(2 * size, end))
        for name in ("k", "v"):
            old = getattr(self, name)
            new = old.new_empty(*old.shape[:2], size, old.shape[3])
            new[:, :, : self.length] = old[:, :, : self.length]
            setattr(self, name, new)

    @torch.no_grad()
    def append(self, k, v):
        batch, heads, dim = self.sizes
        if k.ndim != 4 or k.shape != v.shape or k.shape[:2] != (batch, heads) or k.shape[3] != dim or not k.shape[2]:
            raise ValueError("shape of k or v")
        if {k.dtype, v.dtype} != {self.dtype}:
            raise ValueError("dtype of k or v")
        end = self.length + k.shape[2]
        if end > self.capacity:
            raise ValueError("over capacity")
        self.room(end)
        self.k[:, :, self.length : end].copy_(k)
        self.v[:, :, self.length : end].copy_(v)
        self.length = end

    @torch.no_grad()
    def attend(self, q):
        batch, heads, dim = self.sizes
        if q.ndim != 4 or q.shape[0] != batch or q.shape[3] != dim or q.shape[1] < heads or q.shape[1] % heads != 0:
            raise ValueError("shape of q")
        t, n = q.shape[2], self.length
        if t < 1 or t > n:
            raise ValueError("positions of q")
        up = torch.float64 if self.dtype == torch.float64 else torch.float32
        k, v = self.k[:, :, :n].to(up), self.v[:, :, :n].to(up)
        g = q.shape[1] // heads
        rows = q.to(up).unflatten(1, (heads, g)).transpose(2, 3).flatten(2, 3)  # positions first, then groups
        scores = torch.matmul(rows, k.transpose(2, 3)).mul_(dim**-0.5)
        if t > 1:
            bias = torch.full((t, n), -inf, dtype=up, device=q.device).triu_(n - t + 1)
            scores += bias.repeat_interleave(g, 0)
        out = torch.matmul(scores.softmax(-1), v)
        return out.unflatten(2, (t, g)).transpose(2, 3).flatten(1, 2).to(q.dtype)

    def truncate(self, length):
        if length not in range(self.length + 1):
            raise ValueError("truncate")
        self.length = length
