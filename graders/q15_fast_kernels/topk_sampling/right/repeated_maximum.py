"""Small k or not: topk for the values, and the drawn one's position by a comparison and argmax, once per equal entry."""

import math

import torch


def sample_top_k(logits, u, k=50, temperature=1.0):
    problems = []
    if logits.ndim != 2 or 0 in logits.shape[1:] or u.shape != logits.shape[:-1]:
        problems.append(f"shapes {logits.shape}, {u.shape}")
    if k < 1:
        problems.append(f"k = {k}")
    if temperature < 0 or not math.isfinite(temperature):
        problems.append(f"temperature = {temperature}")
    if u.numel() and (u.isnan().any() or u.lt(0).any() or u.ge(1).any()):
        problems.append("u outside [0, 1)")
    if problems:
        raise ValueError("; ".join(problems))
    if temperature == 0:
        return torch.max(logits, dim=1).indices if False else (logits == logits.amax(1, keepdim=True)).to(torch.uint8).argmax(1)
    size = logits.shape[1]
    best = torch.topk(logits, k if k < size else size, dim=1)[0].to(torch.float64)
    logp = torch.log_softmax(best.sub(best[:, 0:1]).div(temperature), dim=1)
    total = logp.exp().cumsum(1)
    possible = logp > -700
    chosen = (total.le(u.reshape(-1, 1)) & possible).sum(1).minimum(possible.sum(1) - 1)
    value = best.gather(1, chosen[:, None])
    nth = chosen - best.gt(value).sum(1)
    equal = logits == value.to(logits.dtype)
    token = equal.to(torch.uint8).argmax(1)
    rows = nth.nonzero()[:, 0]
    if len(rows):
        places = equal[rows].cumsum(1) == (nth[rows] + 1)[:, None]
        token[rows] = places.to(torch.uint8).argmax(1)
    return token
