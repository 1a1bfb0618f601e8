"""A key-value cache for decoding.

Idea
    A token's keys and values do not change when others follow, so that they are computed once and kept. Memory for the
    whole capacity is set aside at the start; `length` says how much of it counts. Appending writes behind it, and
    truncating lowers it: what lies beyond is overwritten by the next append.

Derivation
    Row t of T stands at position length - T + t and sees key j where j <= length - T + t: in a (T, length) matrix all
    above diagonal length - T is hidden. For T = 1 that is nothing.

    Query heads h * g … h * g + g - 1 read key head h. Folded into the rows, (heads, g, T) becomes (heads, g * T), and
    one product with the keys as they lie serves all g of them.

Cost
    An append copies T positions, whatever the length. An attend takes `2 * batch * g * heads * T * length * head_dim`
    multiplications, and reads the whole cache once: for T = 1 that is two operations for each number that is read.

    On a GPU decoding is therefore bound by memory, not by arithmetic: time a token is the size of the cache over the
    bandwidth. Grouped queries read it once for g heads; half precision halves it; an int8 cache halves it again.
    Converting a bfloat16 cache to float32 beforehand, as here, writes and reads twice the cache's size again, which a
    fused kernel saves by converting in registers. One query a head leaves most multiprocessors without work: kernels
    for decoding split the keys as well, and merge the parts by their largest scores and sums. What a step launches also
    counts: a few small kernels a layer cost as much as the reading, unless a CUDA graph holds them.

Pitfalls
    torch.cat at every token copies the whole cache, and makes decoding quadratic in memory traffic. Repeating the keys
    for each query head gives away what grouping saves; `repeat` instead of `repeat_interleave` also pairs the wrong
    heads. A causal mask aligned at the start hides all but the first keys from the newest token. Keeping k instead of a
    copy: the caller may use its buffer again. Writing k before v is found to be wrong leaves half a position.

Follow-up questions
    What if lengths differ between batch rows? A length for each row and a mask; or pages, so that rows take only the
    memory that they fill and may share a common prefix.
    How large is the cache? 2 * layers * batch * heads * length * head_dim numbers: for 32 layers of 8 heads of 128, in
    bfloat16, 128 KiB a token. It is why key heads are few.
    How does speculative decoding use `truncate`? A small model proposes some tokens, the large one attends to all of
    them in one call with T > 1, and those after the first that it rejects are taken back.
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
        if not 0 <= length <= self.length:
            raise ValueError(f"{length} is not between 0 and the length {self.length}")
        self.length = length
