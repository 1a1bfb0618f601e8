"""Keys and values in one tensor, narrow and copy_, einsum over an axis of groups, the softmax by hand."""

import torch


class KVCache:
    def __init__(self, batch, heads, capacity, head_dim, dtype=torch.float32, device="cpu"):
        for size in (batch, heads, capacity, head_dim):
            if size <= 0:
                raise ValueError("sizes must be positive")
        self.memory = torch.zeros((2, batch, heads, capacity, head_dim), dtype=dtype, device=device)
        self.used = 0

    @property
    def length(self):
        return self.used

    def append(self, k, v):
        _, b, h, capacity, d = self.memory.shape
        for x in (k, v):
            if x.dim() != 4 or (x.size(0), x.size(1), x.size(3)) != (b, h, d) or x.size(2) == 0:
                raise ValueError("bad shape")
            if x.dtype is not self.memory.dtype:
                raise ValueError("bad dtype")
        t = k.size(2)
        if t != v.size(2):
            raise ValueError("k and v differ")
        if t > capacity - self.used:
            raise ValueError("full")
        for slot, x in zip(self.memory, (k, v)):
            slot.narrow(2, self.used, t).copy_(x)
        self.used += t

    def attend(self, q):
        _, b, h, _, d = self.memory.shape
        if q.dim() != 4 or q.size(0) != b or q.size(3) != d or q.size(1) == 0 or q.size(1) % h:
            raise ValueError("bad query")
        t, n = q.size(2), self.used
        if not 1 <= t <= n:
            raise ValueError("bad number of positions")
        k, v = self.memory[:, :, :, :n]
        wide = q.unflatten(1, (h, -1))
        if q.dtype in (torch.bfloat16, torch.float16):
            k, v, wide = k.float(), v.float(), wide.float()
        s = torch.einsum("bhgtd,bhnd->bhgtn", wide * d**-0.5, k)
        if t > 1:
            position = torch.arange(n, device=q.device)
            s = torch.where(position <= position[n - t :, None], s, float("-inf"))
        s = torch.exp(s - s.amax(-1, keepdim=True))
        o = torch.einsum("bhgtn,bhnd->bhgtd", s, v) / s.sum(-1, keepdim=True)
        return o.flatten(1, 2).to(q.dtype)

    def truncate(self, length):
        if length < 0 or length > self.used:
            raise ValueError("no such length")
        self.used = length
