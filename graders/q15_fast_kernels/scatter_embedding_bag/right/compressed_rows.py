"""A matrix in compressed rows, which indices and offsets nearly are; the maximum bag by bag."""

import torch
from torch import Tensor


def embedding_bag(weight: Tensor, indices: Tensor, offsets: Tensor, mode: str = "sum") -> Tensor:
    lengths = checked(weight, indices, offsets, mode)
    if mode == "max":
        result = torch.zeros(len(lengths), weight.shape[1], dtype=weight.dtype, device=weight.device)
        columns = torch.arange(weight.shape[1], device=weight.device)
        for bag, rows in winners(weight, indices, lengths):
            result[bag] = weight[rows, columns]
        return result
    bags, shares = shared(weight, lengths, mode)
    if weight.is_cuda:
        return weight.new_zeros(len(lengths), weight.shape[1]).index_add_(0, bags, weight[indices] * shares[:, None])
    return compressed(lengths, indices, shares, len(weight)) @ weight.contiguous()


def embedding_bag_backward(
    grad_output: Tensor, weight: Tensor, indices: Tensor, offsets: Tensor, mode: str = "sum"
) -> Tensor:
    lengths = checked(weight, indices, offsets, mode)
    if grad_output.shape != (len(lengths), weight.shape[1]):
        raise ValueError("one row of gradients a bag, please")
    if mode == "max":
        grad = torch.zeros(weight.shape, dtype=weight.dtype, device=weight.device)
        columns = torch.arange(weight.shape[1], device=weight.device)
        for bag, rows in winners(weight, indices, lengths):
            grad.index_put_((rows, columns), grad_output[bag], accumulate=True)
        return grad
    bags, shares = shared(weight, lengths, mode)
    if weight.is_cuda:  # where the transpose would be sorted
        return weight.new_zeros(weight.shape).index_add_(0, indices, grad_output[bags] * shares[:, None])
    return compressed(lengths, indices, shares, len(weight)).to_sparse_coo().T @ grad_output.contiguous()


def winners(weight, indices, lengths):
    """Of each bag that has both entries and columns: its number, and the row that wins each column."""
    for bag, own in enumerate(indices.split(lengths.tolist())):
        if len(own) and weight.shape[1]:
            yield bag, own[weight[own].argmax(0)]


def checked(weight, indices, offsets, mode):
    """The lengths of the bags."""
    if mode not in ("sum", "mean", "max"):
        raise ValueError(f"no mode {mode!r}")
    if len(indices) and not 0 <= int(indices.min()) <= int(indices.max()) < len(weight):
        raise ValueError("an index out of range")
    ends = torch.cat([offsets, offsets.new_tensor([len(indices)])])
    lengths = ends.diff()
    if int(ends[0]) != 0 or bool((lengths < 0).any()):
        raise ValueError("bad offsets")
    return lengths


def shared(weight, lengths, mode):
    """The bag of each index, and its share of it."""
    bags = torch.arange(len(lengths), device=lengths.device).repeat_interleave(lengths)
    ones = weight.new_ones(len(bags))
    return bags, ones / lengths[bags] if mode == "mean" else ones


def compressed(lengths, indices, shares, rows):
    """(B, V), one value an index."""
    ends = torch.cat([lengths.new_zeros(1), lengths.cumsum(0)])
    return torch.sparse_csr_tensor(ends, indices, shares, (len(lengths), rows))
