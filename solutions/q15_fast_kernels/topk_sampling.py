"""Sampling from the k largest logits.

Idea
    Find the k largest values, and do everything else on those: softmax, cumulative sum, and the rank at which it
    exceeds u. Equal logits have equal probabilities, so the rank is right whatever order `topk` puts them in. Which
    token stands at the rank is asked last, and of one value a row only: the j-th entry that equals it, j being the
    rank among them.

Derivation
    Inverting the distribution function: if U is uniform, the first token with cumulative probability above U is token
    i with probability p_i, because U falls into an interval of that length. With weights that are not normalised, u
    times their total is compared instead. That product may be rounded up to the total itself; the last token of
    positive weight is then the answer, and a bound on the rank says so.

Cost
    One selection over B * C logits, one comparison and one search for what is equal over the same; all else is B * k.
    A full sort would be C log C a row, ten times as much for a vocabulary of 50,000.

    On a GPU all of this is bound by memory, and by how it is started: a radix selection reads the row a few times,
    where a sort also writes it. A row of 128,256 logits is too long for one block of threads, and a small batch has
    fewer rows than there are multiprocessors: several blocks share a row, and a second kernel merges what they found.
    The many small operations on B * k numbers cost a start each, which fusing (or a CUDA graph around the whole step)
    takes away. Checks of values, like u's range, make the CPU wait for the GPU: a server would leave them out.

Pitfalls
    Among equal values `topk` gives any index. Comparing with >= draws a token of probability 0 at u = 0. Logits
    divided by the temperature before the maximum is subtracted overflow; a temperature of 0 divides by 0. A token of
    probability 0 behind the last positive one is reached by a u just below 1 unless the rank is bounded. A threshold
    (`logits >= kth`) keeps more than k where several are equal. In bfloat16 a cumulative sum stops growing at two
    digits.

Follow-up questions
    How is top-p different? The cut is where the cumulative probability reaches p: at a rank that differs from row to
    row, found after sorting, or after a selection that is generous enough.
    Can one sample without a softmax? Add Gumbel noise to the logits and take the largest. It needs k random numbers
    instead of one, but no cumulative sum, and works across devices that hold parts of the vocabulary.
    Why have u as an argument? Results can be repeated, whatever the device and the batch they are in, and tested
    exactly.
"""

import math

import torch
from torch import Tensor


def sample_top_k(logits: Tensor, u: Tensor, k: int = 50, temperature: float = 1.0) -> Tensor:
    if logits.ndim != 2 or logits.shape[1] == 0 or u.shape != logits.shape[:1]:
        raise ValueError(f"logits must be (B, C) and u (B,), not {tuple(logits.shape)} and {tuple(u.shape)}")
    if k < 1 or not 0 <= temperature < math.inf:
        raise ValueError(f"no sampling with k = {k} and temperature = {temperature}")
    if not ((u >= 0) & (u < 1)).all():
        raise ValueError("u must be in [0, 1)")
    if temperature == 0:
        return logits.argmax(1)
    top = logits.topk(min(k, logits.shape[1])).values
    weights = ((top.double() - top[:, :1]) / temperature).exp()
    cumulative = weights.cumsum(1)
    passed = (cumulative <= u[:, None] * cumulative[:, -1:]).sum(1, keepdim=True)
    rank = torch.minimum(passed, (weights > 0).sum(1, keepdim=True) - 1)
    value = top.gather(1, rank)
    among_equals = rank - (top > value).sum(1, keepdim=True)
    row, column = (logits == value).nonzero().T.contiguous()
    first = torch.searchsorted(row, torch.arange(len(logits), device=logits.device))
    return column[first + among_equals[:, 0]]
