"""K padded and folded into a batch of float32 products of 512 terms, summed in int32; extremes by aminmax."""

import math

import torch


def _require(condition, message):
    if not condition:
        raise ValueError(message)


def quantize_rows(x):
    _require(x.dim() == 2 and x.dtype.is_floating_point, "a floating matrix is needed")
    rows, columns = x.shape
    if columns == 0:
        return torch.empty(rows, 0, dtype=torch.int8, device=x.device), torch.ones(rows, device=x.device)
    low, high = torch.aminmax(x, dim=1)
    top = torch.maximum(high, -low).double()
    scale = torch.where(top > 0, top / 127, torch.ones_like(top))
    return (x.double() / scale[:, None]).round_().char(), scale.float()


def _folded(t, pieces, length):
    out = torch.zeros(len(t), pieces * length, dtype=torch.float32, device=t.device)
    out[:, : t.shape[1]] = t
    return out.reshape(len(t), pieces, length).permute(1, 0, 2)


def int8_matmul(a, a_scale, b, b_scale, bias=None):
    _require(a.dtype == torch.int8 and b.dtype == torch.int8, "int8 is needed")
    _require(a.dim() == 2 and b.dim() == 2, "matrices are needed")
    _require(a.size(1) == b.size(1), "K differs")
    _require(a_scale.shape == (a.size(0),) and b_scale.shape == (b.size(0),), "a scale does not fit")
    _require(bias is None or bias.shape == (b.size(0),), "the bias does not fit")
    pieces = max(math.ceil(a.size(1) / 512), 1)
    sums = torch.bmm(_folded(a, pieces, 512), _folded(b, pieces, 512).mT)
    exact = sums[0] if pieces == 1 else sums.int().sum(0, dtype=torch.int32)
    result = exact.float().mul_(a_scale[:, None]).mul_(b_scale[None, :])
    return result if bias is None else result.add_(bias[None, :])
