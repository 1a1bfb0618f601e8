"""Keys lie transposed and heads flattened, as bmm takes them; several queries are handled row by row."""

import torch


def _demand(condition, message):
    if not condition:
        raise ValueError(message)


class KVCache:
    __slots__ = ("_kt", "_v", "_shape", "length")

    def __init__(self, batch, heads, capacity, head_dim, dtype=torch.float32, device="cpu"):
        self._shape = (batch, heads, capacity, head_dim)
        _demand(all(n >= 1 for n in self._shape), "at least one of everything")
        options = {"dtype": dtype, "device": device}
        self._kt = torch.empty(batch * heads, head_dim, capacity, **options)
        self._v = torch.empty(batch * heads, capacity, head_dim, **options)
        self.length = 0

    def append(self, k, v):
        b, h, capacity, d = self._shape
        _demand(k.ndim == 4 and v.ndim == 4, "four axes")
        t = k.size(2)
        _demand(tuple(k.shape) == tuple(v.shape) == (b, h, t, d) and t > 0, "shape")
        _demand(k.dtype == v.dtype == self._v.dtype, "dtype")
        _demand(self.length + t <= capacity, "capacity")
        here = slice(self.length, self.length + t)
        self._kt[:, :, here] = k.reshape(b * h, t, d).transpose(1, 2)
        self._v[:, here] = v.reshape(b * h, t, d)
        self.length += t

    def attend(self, q):
        b, h, _, d = self._shape
        _demand(q.ndim == 4, "four axes")
        t = q.size(2)
        _demand(q.size(0) == b and q.size(3) == d and q.size(1) > 0 and q.size(1) % h == 0, "shape")
        _demand(0 < t <= self.length, "positions")
        exact = torch.promote_types(torch.float32, q.dtype)
        out = torch.empty_like(q, memory_format=torch.contiguous_format)
        for i in range(t):
            seen = self.length - t + i + 1
            rows = q[:, :, i].to(exact).reshape(b * h, -1, d)
            s = torch.bmm(rows, self._kt[:, :, :seen].to(exact)).mul_(d**-0.5)
            p = torch.log_softmax(s, 2).exp_()
            out[:, :, i] = torch.bmm(p, self._v[:, :seen].to(exact)).reshape(b, -1, d)
        return out

    def truncate(self, length):
        _demand(length >= 0, "negative")
        _demand(length <= self.length, "too long")
        self.length = length
