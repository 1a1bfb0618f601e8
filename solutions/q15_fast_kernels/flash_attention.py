"""Attention without the matrix of all scores.

Idea
    A softmax can be taken block by block. For each query keep three things of the keys seen so far: the largest score,
    the sum of the exponentials below it, and that sum weighted with the values. A block with a larger score rescales
    both sums, and one division at the end makes the weights add up to 1.

Derivation
    With m the largest score so far, `total = sum exp(s - m)` and `result = sum exp(s - m) v`. For a new largest m',
    `exp(s - m') = exp(s - m) * exp(m - m')`: one factor a query brings all that was gathered to the new level. At the
    start m is -inf and the factor exp(-inf) = 0, which is right, as nothing was gathered. Every query sees key 0, so m
    is finite after the first block.

    Query i sees key j where j <= i + S - L. A block that starts at key j is of interest to queries from j - (S - L) on;
    only in the first `block_size` of those does the diagonal run, and later ones see the whole block. Slicing instead
    of masking halves the work.

Cost
    `B * H * L * S * (E + V)` multiplications, half of them with `causal`; `B * H * L * block_size` scores at a time,
    and a maximum and a sum a query. Plain attention has the same arithmetic, and L x S scores.

    On a GPU the gain is memory traffic: plain attention writes the scores to memory, reads them for the softmax, and
    writes and reads the weights, and these trips take longer than the products. A fused kernel gives each thread block
    a tile of queries, streams tiles of keys and values through shared memory, and keeps scores and sums in registers,
    so that only q, k, v and the result touch memory. Larger tiles reuse each key more often, and cost occupancy:
    registers and shared memory bound how many blocks run on a multiprocessor. Written with separate torch operations,
    as here, the memory is saved and most of the traffic is not: each operation still makes its own trip. On a CPU a
    block of scores that fits into the cache is what makes it pay.

Pitfalls
    Rescaling the sum and not the result, or the other way round. A largest score that starts at 0 underflows where all
    scores are far below. A causal mask laid over every block as if it were the first. A sum in half precision stops
    growing: 256 + 1 is 256 in bfloat16. Padding the last block with zeros adds keys whose score is 0, not -inf.

Follow-up questions
    What does the backward pass need? The result and one number a query, `m + log(total)`: it computes each block of
    scores anew, which costs less than reading it back would.
    How is one long query spread over a whole GPU, as in decoding? Split the keys: parts are computed on their own, each
    with its maximum and sums, and merged by the same rescaling, which is associative.
    Why is the running maximum needed at all? exp overflows float32 beyond 88; any bound of a query's scores would do,
    as long as it is not so far above them that all exponentials vanish.
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
    result = queries.new_zeros(*q.shape[:3], v.shape[3])
    for start in range(0, k.shape[2], block_size):
        keys, values = (x[:, :, start : start + block_size].to(precision) for x in (k, v))
        first = max(0, start - ahead) if causal else 0  # earlier queries see nothing of this block
        scores = queries[:, :, first:] @ keys.mT
        if causal:
            diagonal = scores[:, :, :block_size]
            hidden = torch.ones(diagonal.shape[2:], dtype=torch.bool, device=q.device).triu(first + ahead - start + 1)
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
