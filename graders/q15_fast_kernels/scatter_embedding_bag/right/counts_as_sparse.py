"""A sparse matrix of counts, and its transpose, for sum and mean (on a GPU, where it would be sorted first, index_add);
for the maximum a padded table, and argmax."""

import torch


def checked(weight, indices, offsets, mode):
    n, total = offsets.numel(), indices.numel()
    if mode not in {"sum", "mean", "max"}:
        raise ValueError("no such mode: " + str(mode))
    if total:
        low, high = torch.aminmax(indices)
        if low < 0 or high >= weight.size(0):
            raise ValueError("an index is out of range")
    if not n:
        if total:
            raise ValueError("no bags for these indices")
        return offsets
    lengths = torch.diff(offsets, append=torch.full_like(offsets[:1], total))
    if torch.stack([offsets[0] != 0, lengths.min() < 0]).any():
        raise ValueError("bad offsets")
    return lengths


def gathered(table, source, target, size):
    """(size, D): the rows `source` of the table, added up where `target` says."""
    if table.is_cuda:
        return table.new_zeros(size, table.shape[1]).index_add_(0, target, table[source])
    ones = torch.ones(len(source), dtype=table.dtype)
    counts = torch.sparse_coo_tensor(torch.stack([target, source]), ones, (size, len(table)), check_invariants=False)
    return torch.sparse.mm(counts, table.contiguous())


def owners(lengths, indices):
    return torch.arange(len(lengths), device=indices.device).repeat_interleave(lengths, output_size=len(indices))


def padded(weight, indices, offsets, lengths):
    """(B, longest, D): the rows of the bags that are not empty, and -inf behind their ends; and their rows' numbers."""
    step = torch.arange(int(lengths.max()), device=weight.device)
    beyond = step >= lengths[:, None]
    table = indices[(offsets[:, None] + step).clamp(max=len(indices) - 1)]
    return weight[table].masked_fill(beyond[..., None], -torch.inf), table


def embedding_bag(weight, indices, offsets, mode="sum"):
    lengths = checked(weight, indices, offsets, mode)
    if mode == "max":
        out = weight.new_zeros(len(lengths), weight.shape[1])
        full = lengths > 0
        if full.any():
            out[full] = padded(weight, indices, offsets[full], lengths[full])[0].amax(1)
        return out
    if not len(indices) or not weight.shape[1]:
        return weight.new_zeros(len(lengths), weight.shape[1])
    out = gathered(weight, indices, owners(lengths, indices), len(lengths))
    return out if mode == "sum" else out.div_(lengths.clamp(min=1).unsqueeze(1))


def embedding_bag_backward(grad_output, weight, indices, offsets, mode="sum"):
    lengths = checked(weight, indices, offsets, mode)
    if tuple(grad_output.shape) != (len(lengths), weight.shape[1]):
        raise ValueError("grad_output does not fit")
    grad = torch.zeros(weight.shape, dtype=weight.dtype, device=weight.device)
    if not len(indices) or not weight.shape[1]:
        return grad
    if mode == "max":
        full = lengths > 0
        rows, table = padded(weight, indices, offsets[full], lengths[full])
        winner = table.gather(1, rows.argmax(1))
        return grad.scatter_add_(0, winner, grad_output[full])
    if mode == "mean":
        grad_output = grad_output / lengths.clamp(min=1).unsqueeze(1)
    return gathered(grad_output, owners(lengths, indices), indices, len(weight))
