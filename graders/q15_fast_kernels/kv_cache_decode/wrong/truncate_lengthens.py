"""Lets `truncate` raise the length.

Misconception: What was written is still there.
Caught by: test_wrong_truncate
Keeps: test_truncate
Advice: What was forgotten does not come back.
"""

import math

import torch
from torch import Tensor


class KVCache:
    def __init__(
        self,
        batch: int,
        heads: int,
        capacity: int,
        head_dim: int,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
    ) -> None:
        if min(batch, heads, capacity, head_dim) < 1:
            raise ValueError("batch, heads, capacity and head_dim are at least 1")
        self.length = 0
        self._keys = torch.empty(batch, heads, capacity, head_dim, dtype=dtype, device=device)
        self._values = torch.empty_like(self._keys)

    def append(self, k: Tensor, v: Tensor) -> None:
        batch, heads, capacity, head_dim = self._keys.shape
        shape = (batch, heads, *k.shape[2:3], head_dim)
        if k.shape != shape or v.shape != shape or not k.numel():
            raise ValueError(f"k {tuple(k.shape)} and v {tuple(v.shape)} are not ({batch}, {heads}, T, {head_dim})")
        if k.dtype != self._keys.dtype or v.dtype != self._keys.dtype:
            raise ValueError(f"k is {k.dtype} and v {v.dtype}, in a cache of {self._keys.dtype}")
        end = self.length + k.shape[2]
        if end > capacity:
            raise ValueError(f"{end} positions exceed the capacity of {capacity}")
        self._keys[:, :, self.length : end] = k
        self._values[:, :, self.length : end] = v
        self.length = end

    def attend(self, q: Tensor) -> Tensor:
        batch, heads, _, head_dim = self._keys.shape
        if q.shape != (batch, *q.shape[1:3], head_dim) or not q.numel() or q.shape[1] % heads:
            raise ValueError(f"q {tuple(q.shape)} is not ({batch}, g * {heads}, T, {head_dim})")
        groups, count = q.shape[1] // heads, q.shape[2]
        if count > self.length:
            raise ValueError(f"q has {count} positions, the cache {self.length}")
        precision = torch.promote_types(q.dtype, torch.float32)
        keys, values = (x[:, :, : self.length].to(precision) for x in (self._keys, self._values))
        rows = (q.to(precision) / math.sqrt(head_dim)).reshape(batch, heads, groups * count, head_dim)
        scores = (rows @ keys.mT).unflatten(2, (groups, count))
        if count > 1:
            hidden = torch.ones(count, self.length, dtype=torch.bool, device=q.device).triu(self.length - count + 1)
            scores.masked_fill_(hidden, -math.inf)
        weights = torch.softmax(scores, -1).flatten(2, 3)
        return (weights @ values).reshape(q.shape).to(q.dtype)

    def truncate(self, length: int) -> None:
        if not 0 <= length <= self._keys.shape[2]:
            raise ValueError(f"{length} is not between 0 and the length {self.length}")
        self.length = length
