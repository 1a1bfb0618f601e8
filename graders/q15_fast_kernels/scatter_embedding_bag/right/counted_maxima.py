"""index_put with accumulation (on a GPU, where it sorts, index_add); a maximum is the first of its bag where a running count of maxima says so."""

import torch


class Layout:
    def __init__(self, weight, indices, offsets, mode):
        if mode not in ["sum", "mean", "max"]:
            raise ValueError(repr(mode))
        if len(indices) and (int(indices.min()) < 0 or int(indices.max()) > weight.shape[0] - 1):
            raise ValueError("index out of range")
        self.total, self.count = indices.shape[0], offsets.shape[0]
        edges = torch.cat([offsets, torch.tensor([self.total], device=offsets.device)])
        self.sizes = edges[1:] - edges[:-1]
        if int(edges[0]) or bool((self.sizes < 0).any()):
            raise ValueError("offsets are wrong")
        places = torch.arange(self.total, device=offsets.device)
        self.owner = torch.bucketize(places, offsets.contiguous(), right=True) - 1
        self.starts = offsets

    def divisor(self, like):
        return self.sizes.to(like.dtype).clamp_min(1).reshape(-1, 1)

    def add(self, size, where, rows):
        out = rows.new_zeros(size, rows.shape[1])
        return out.index_add_(0, where, rows) if rows.is_cuda else out.index_put_((where,), rows, accumulate=True)

    def highest(self, rows):
        low = torch.full((self.count, rows.shape[1]), -torch.inf, dtype=rows.dtype, device=rows.device)
        index = self.owner.reshape(-1, 1).expand(-1, rows.shape[1])
        return torch.scatter_reduce(low, 0, index, rows, reduce="amax")


@torch.no_grad()
def embedding_bag(weight, indices, offsets, mode="sum"):
    layout = Layout(weight, indices, offsets, mode)
    rows = torch.index_select(weight, 0, indices)
    if mode == "max":
        return torch.where(layout.sizes.reshape(-1, 1) == 0, torch.zeros_like(rows[:1, :1].sum()), layout.highest(rows))
    sums = layout.add(layout.count, layout.owner, rows)
    return sums if mode == "sum" else sums / layout.divisor(sums)


@torch.no_grad()
def embedding_bag_backward(grad_output, weight, indices, offsets, mode="sum"):
    layout = Layout(weight, indices, offsets, mode)
    if list(grad_output.shape) != [layout.count, weight.shape[1]]:
        raise ValueError(f"grad_output of shape {list(grad_output.shape)}")
    if mode == "mean":
        grad_output = grad_output / layout.divisor(grad_output)
    shares = torch.index_select(grad_output, 0, layout.owner)
    if mode == "max":
        rows = torch.index_select(weight, 0, indices)
        largest = rows == layout.highest(rows)[layout.owner]
        seen = largest.cumsum(0) - largest.to(torch.int64)  # maxima before this position, in all bags
        shares = shares * (largest & (seen == seen[layout.starts[layout.owner]]))
    return layout.add(weight.shape[0], indices, shares)
