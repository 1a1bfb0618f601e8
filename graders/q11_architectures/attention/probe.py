"""Calls that the wire cannot carry: backward passes, other memory layouts, and the same tensors twice."""

import submission


def gradients(q, k, v, cotangent, causal, padding):
    """The result, and the gradients of its product with `cotangent` at q, k and v."""
    leaves = [tensor.detach().requires_grad_() for tensor in (q, k, v)]
    result = submission.attention(*leaves, causal=causal, key_padding_mask=padding)
    (result * cotangent).sum().backward()
    return [result, *(leaf.grad for leaf in leaves)]


def split_heads(q, k, v, padding):
    """The tensors as heads split off a (N, L, Hh, E) projection lie in memory, and with reversed axes."""
    split = [tensor.transpose(1, 2).contiguous().transpose(1, 2) for tensor in (q, k, v)]
    back = [tensor.permute(3, 2, 1, 0).contiguous().permute(3, 2, 1, 0) for tensor in (q, k, v)]
    mask = padding.T.contiguous().T
    return [submission.attention(*each, True, mask) for each in (split, back)]


def twice(q, k, v, padding):
    return [submission.attention(q, k, v, True, padding).clone() for _ in range(2)]
