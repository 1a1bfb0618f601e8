"""The k entries by a threshold and a count of those that equal it; a stable sort of what is left, and searchsorted."""

import torch


def _check(logits, u, k, temperature):
    if logits.dim() != 2 or logits.size(1) < 1:
        raise ValueError("logits are (B, C), C at least 1")
    if u.dim() != 1 or len(u) != len(logits):
        raise ValueError("one u a row")
    if k < 1:
        raise ValueError("k is 1 at least")
    if temperature != temperature or temperature < 0 or temperature == float("inf"):
        raise ValueError("temperature is finite, and not negative")
    if bool((~((0 <= u) & (u < 1))).any()):
        raise ValueError("u is in [0, 1)")


def sample_top_k(logits, u, k=50, temperature=1.0):
    _check(logits, u, k, temperature)
    rows, size = logits.shape
    k = 1 if temperature == 0 else min(k, size)
    x = logits if logits.dtype in (torch.float32, torch.float64) else logits.float()
    edge = x.topk(k, sorted=True).values[:, -1:]
    candidates = (x >= edge).nonzero()
    row, column = candidates.unbind(1)
    values = x[row, column]
    surely = values > edge[row, 0]
    left = k - torch.zeros(rows, dtype=torch.int64, device=x.device).index_add_(0, row, surely.long())
    equal = ~surely
    count = equal.long().cumsum(0)
    before = torch.zeros(rows, dtype=torch.int64, device=x.device).index_add_(0, row, equal.long()).cumsum(0)
    start = torch.cat([before.new_zeros(1), before])[row]
    kept = surely | (equal & (count - start <= left[row]))
    tokens, values = column[kept].view(rows, k), values[kept].view(rows, k)
    values, order = values.sort(dim=1, descending=True, stable=True)
    tokens = tokens.gather(1, order)
    if temperature == 0:
        return tokens[:, 0].clone()
    p = (values - values[:, :1]).double().div_(temperature).exp_()
    c = p.cumsum(1)
    at = torch.searchsorted(c, (u.double() * c[:, -1]).unsqueeze(1).contiguous(), right=True)
    at = at.clamp_(max=k - 1).minimum((p > 0).sum(1, keepdim=True) - 1)
    return tokens.gather(1, at)[:, 0]
