"""A sparse matrix, coalesced, of what each row weighs in each bag, or each bag in each row; the maximum bag by bag."""

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
    return added(weight, indices, bags, shares, len(lengths))


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
    return added(grad_output, bags, indices, shares, len(weight))


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


def added(table, source, target, shares, size):
    """(size, D): the rows `source` of the table, times their shares, added up where `target` says."""
    if table.is_cuda:  # where coalescing would sort
        return table.new_zeros(size, table.shape[1]).index_add_(0, target, table[source] * shares[:, None])
    places = torch.stack([target, source])
    return torch.sparse_coo_tensor(places, shares, (size, len(table))).coalesce() @ table.contiguous()


def shared(weight, lengths, mode):
    """The bag of each index, and its share of it."""
    bags = torch.arange(len(lengths), device=lengths.device).repeat_interleave(lengths)
    ones = weight.new_ones(len(bags))
    return bags, ones / lengths[bags] if mode == "mean" else ones
