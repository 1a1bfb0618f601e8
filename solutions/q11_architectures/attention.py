"""Scaled dot-product attention.

Idea
    Each query asks all keys how well they fit, and gets the average of their values, weighted by the fit. Everything is
    two matrix products with a softmax between them; the masks decide which keys take part in the softmax.

Derivation
    With independent entries of variance 1, an inner product of E terms has variance E. Dividing by sqrt(E) keeps the
    scores of size 1, where the softmax has a useful slope.

    A query with no key left has the softmax 0/0. Filling masked scores with the lowest finite number instead of -inf
    makes such a row uniform, with an ordinary gradient; putting the masked weights to 0 behind the softmax then makes
    the row, and all that flows back through it, exactly 0. In other rows that lowest number has underflowed to weight 0
    already, so that the others add up to 1.

Cost
    `N * Hh * L * S * (E + V)` multiplications, and memory for `N * Hh * L * S` weights, which the backward pass needs.

Pitfalls
    -1e9 as "minus infinity" overflows in float16, and is an ordinary score in comparison with 1e10. Adding a mask of
    -inf gives NaN gradients for queries without keys, even where the result is replaced by zeros: 0 times NaN is NaN.
    Multiplying the weights by the mask without renormalising leaves the masked keys in the denominator. A padding mask
    `(N, S)` broadcasts against `(L, S)` without complaint where N equals L.

Follow-up questions
    How does flash attention avoid the L x S matrix? It goes through the keys block by block with a running maximum and
    a running sum, rescales what it has gathered when the maximum rises, and recomputes the blocks in the backward pass.
    Why several heads? One softmax gives one average. Several, in subspaces of their own, can look at several places.
    What is different when generating token by token? L is 1, the keys and values of the past are cached, and the causal
    mask has to be aligned at the end instead of the start: the only query is the latest.
"""

import math

import torch
from torch import Tensor


def attention(q: Tensor, k: Tensor, v: Tensor, causal: bool = False, key_padding_mask: Tensor | None = None) -> Tensor:
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    masked = torch.zeros_like(scores, dtype=torch.bool)
    if causal:
        masked |= torch.ones_like(masked).triu(1)
    if key_padding_mask is not None:
        masked |= key_padding_mask[:, None, None, :]
    weights = scores.masked_fill(masked, torch.finfo(scores.dtype).min).softmax(-1)
    return weights.masked_fill(masked, 0) @ v
