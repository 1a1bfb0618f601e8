"""Drops the gradient of "max" where the maximum is infinite.

Misconception: Nothing moves at infinity.
Caught by: test_max_gradient_of_equal_entries
Keeps: everything else
Advice: The maximum hands its gradient to the entry that is largest, whatever its value. Leave out empty bags alone.
"""

import torch
from torch import Tensor
from torch.nn import functional


def embedding_bag(weight: Tensor, indices: Tensor, offsets: Tensor, mode: str = "sum") -> Tensor:
    bags, lengths = _bags(weight, indices, offsets, mode)
    rows = weight[indices]
    result = weight.new_zeros(len(offsets), weight.shape[1])
    if mode == "max":
        return result.scatter_reduce_(0, _spread(bags, rows), rows, "amax", include_self=False)
    result.index_add_(0, bags, rows)
    return result / lengths.clamp(min=1) if mode == "mean" else result


def embedding_bag_backward(
    grad_output: Tensor, weight: Tensor, indices: Tensor, offsets: Tensor, mode: str = "sum"
) -> Tensor:
    bags, lengths = _bags(weight, indices, offsets, mode)
    if grad_output.shape != (len(offsets), weight.shape[1]):
        raise ValueError(f"grad_output must be {(len(offsets), weight.shape[1])}, not {tuple(grad_output.shape)}")
    grad = weight.new_zeros(weight.shape)
    if mode == "max":
        filled = lengths[:, 0] > 0
        grad_output = grad_output.masked_fill(embedding_bag(weight, indices, offsets, mode).isinf(), 0)
        return grad.scatter_add_(0, indices[_first(weight, indices, offsets, bags)[filled]], grad_output[filled])
    if mode == "mean":
        grad_output = grad_output / lengths  # by 0 for an empty bag, whose share is never read
    return grad.index_add_(0, indices, grad_output[bags])


def _bags(weight: Tensor, indices: Tensor, offsets: Tensor, mode: str) -> tuple[Tensor, Tensor]:
    """The bag of each index (T,), and the bags' lengths (B, 1), of valid input."""
    if mode not in ("sum", "mean", "max"):
        raise ValueError(f"mode must be sum, mean or max, not {mode!r}")
    if ((indices < 0) | (indices >= len(weight))).any():
        raise ValueError(f"indices must be in 0 … {len(weight) - 1}")
    bounds = functional.pad(offsets, (0, 1), value=len(indices))
    lengths = bounds.diff()
    if bounds[0] != 0 or (lengths < 0).any():
        raise ValueError(f"offsets must start at 0, never decrease, and end within the {len(indices)} indices")
    return torch.repeat_interleave(lengths, output_size=len(indices)), lengths[:, None]


def _first(weight: Tensor, indices: Tensor, offsets: Tensor, bags: Tensor) -> Tensor:
    """(B, D): the first position at which the maximum of that bag and column stands, T for an empty bag."""
    rows, top = weight[indices], embedding_bag(weight, indices, offsets, "max")
    positions = torch.arange(len(indices), device=weight.device)[:, None]
    positions = positions.masked_fill(rows != top[bags], len(indices))
    first = positions.new_full(top.shape, len(indices))
    return first.scatter_reduce_(0, _spread(bags, rows), positions, "amin")


def _spread(bags: Tensor, rows: Tensor) -> Tensor:
    return bags[:, None].expand_as(rows)
