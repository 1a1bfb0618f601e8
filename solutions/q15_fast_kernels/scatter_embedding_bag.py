"""An embedding bag and its gradient, as a gather and a scatter.

Idea
    Expand the offsets into the number of each index's bag. Forward, row `indices[t]` is read and added to bag
    `bags[t]`; backward, the gradient of bag `bags[t]` is read and added to row `indices[t]`: the same two steps with
    the roles exchanged. Reading never conflicts. Writing does wherever a target occurs twice, and has to accumulate.

Derivation
    With counts A (B, V), the sum is `A @ weight` and its gradient `A.T @ grad_output`; A is never written down. The
    mean divides a bag's row by its length, and so does its gradient before it is spread. A maximum has the slope 1 at
    one entry and 0 at the others; a second scatter keeps the smallest position at which the maximum stands, so that
    the first of equal entries gets the gradient, in whatever order the writes happen.

Cost
    T * D additions each way and as good as no arithmetic besides: reading and writing rows is all there is to it. The
    gathered rows take T * D numbers, which a fused kernel would keep in registers.

Pitfalls
    `grad[indices] += shares` reads all, adds, and writes all back: of several shares of a row one survives.
    Differences of prefix sums need no scatter, but small bags drown in the rounding of a large total. Negative indices
    wrap around silently. An empty bag is 0/0 for the mean and -inf for the maximum, and its gradient must not end up at
    its neighbour's first entry. -inf cannot serve as the mark of an empty bag, because it may be a weight.

Follow-up questions
    What changes on a GPU? Thousands of threads add at once, so that `index_add_` uses atomic additions: right whatever
    the order, but rounded differently from run to run, and slow where many hit the same popular row. Sorting the
    indices first makes runs of equal rows; one block of threads sums each run and writes it once, deterministically.
    Forward needs neither: a bag is a run already, and a kernel with a warp for each bag keeps the sum in registers,
    reads D neighbouring numbers together, and saves writing and reading the gathered rows again: two thirds of the
    traffic. Every check of the input that the host looks at makes it wait for the GPU: a few tens of microseconds each,
    beside a kernel of a few hundred.
    Why do frameworks offer sparse gradients here? A batch touches few of the V rows, but the dense gradient is written,
    and read by the optimiser, in full. A sparse one holds the touched rows alone; momentum then needs its own rule.
    How can this be fast on the CPU? A row of 64 floats is four cache lines at a random address, so that what counts is
    whether the table fits into the cache, and prefetching the next indices' rows where it does not.
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
