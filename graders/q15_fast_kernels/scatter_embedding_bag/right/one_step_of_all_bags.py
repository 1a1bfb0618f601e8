"""segment_reduce for the mean, over runs that a stable sort makes; scatter_add for the sum; the maximum by one step of all bags at a time."""

from typing import Literal

import torch
from torch import Tensor

Mode = Literal["sum", "mean", "max"]


def lengths_of(weight: Tensor, indices: Tensor, offsets: Tensor, mode: str) -> Tensor:
    if mode != "sum" and mode != "mean" and mode != "max":
        raise ValueError(f"unknown mode {mode}")
    if torch.any(indices.lt(0)) or torch.any(indices.ge(weight.size(0))):
        raise ValueError("indices must name rows of weight")
    T = indices.size(0)
    if offsets.size(0) == 0:
        if T > 0:
            raise ValueError("indices without a bag")
        return offsets
    if offsets[0].item() != 0:
        raise ValueError("the first bag starts at 0")
    if torch.any(offsets[1:] < offsets[:-1]):
        raise ValueError("offsets decrease")
    if offsets[-1].item() > T:
        raise ValueError("offsets pass the end")
    return torch.cat((offsets[1:], torch.full_like(offsets[:1], T))) - offsets


def embedding_bag(weight: Tensor, indices: Tensor, offsets: Tensor, mode: Mode = "sum") -> Tensor:
    lengths = lengths_of(weight, indices, offsets, mode)
    if mode == "max":
        return winners(weight, indices, offsets, lengths)[0]
    if indices.numel() == 0 or weight.size(1) == 0:
        return weight.new_zeros((offsets.size(0), weight.size(1)))
    rows = weight.index_select(0, indices)
    if mode == "sum":
        return scattered(rows, numbers(lengths, indices), lengths.numel())
    return torch.segment_reduce(rows, "mean", lengths=lengths, initial=0)


def numbers(lengths, indices):
    return torch.repeat_interleave(torch.arange(len(lengths), device=indices.device), lengths, output_size=len(indices))


def scattered(rows, where, size):
    return rows.new_zeros(size, rows.size(1)).scatter_add_(0, where[:, None].expand(-1, rows.size(1)), rows)


def embedding_bag_backward(grad_output, weight, indices, offsets, mode: Mode = "sum"):
    lengths = lengths_of(weight, indices, offsets, mode)
    B, (V, D) = offsets.size(0), weight.shape
    if grad_output.ndim != 2 or grad_output.size(0) != B or grad_output.size(1) != D:
        raise ValueError("grad_output must be (B, D)")
    if mode == "max":
        grad = torch.zeros((V + 1) * D, dtype=weight.dtype, device=weight.device)  # a row that takes what is nobody's
        row = winners(weight, indices, offsets, lengths)[1]
        flat = row * D + torch.arange(D, device=row.device)
        return grad.index_add_(0, flat.reshape(-1), grad_output.reshape(-1))[: V * D].reshape(V, D)
    if indices.numel() == 0 or D == 0:
        return torch.zeros((V, D), dtype=weight.dtype, device=weight.device)
    bag = numbers(lengths, indices)
    if mode == "sum":
        return scattered(grad_output.index_select(0, bag), indices, V)
    shares = grad_output / torch.where(lengths > 0, lengths, 1)[:, None]
    ranked, order = torch.sort(indices, stable=True)
    runs = torch.bincount(ranked, minlength=V)
    return torch.segment_reduce(shares.index_select(0, bag.index_select(0, order)), "sum", lengths=runs, initial=0)


def winners(weight, indices, offsets, lengths):
    """The maximum of each bag and column, and its row; V where there is none."""
    best = weight.new_zeros((offsets.size(0), weight.size(1)))
    row = torch.full(best.shape, weight.size(0), dtype=torch.int64, device=weight.device)
    for step in range(int(lengths.max()) if lengths.numel() else 0):
        alive = (lengths > step).nonzero()[:, 0]
        number = indices[offsets[alive] + step]
        value, old = weight[number], best[alive]
        better = value > old if step else torch.ones_like(old, dtype=torch.bool)
        best[alive] = torch.where(better, value, old)
        row[alive] = torch.where(better, number[:, None], row[alive])
    return best, row
