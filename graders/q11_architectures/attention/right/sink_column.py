"""A further column of scores takes the weight where no key is left; log_softmax and products of flattened heads."""

import torch
from torch.nn import functional as F


class attention:
    def __new__(cls, q, k, v, causal=False, key_padding_mask=None):
        N, H, L, E = q.shape
        S, V = v.shape[2:]
        bias = q.new_zeros(N, 1, L, S)
        if causal:
            bias = bias.masked_fill(torch.arange(S, device=q.device) > torch.arange(L, device=q.device)[:, None], -torch.inf)
        if key_padding_mask is not None:
            bias = bias.masked_fill(key_padding_mask.reshape(N, 1, 1, S), -torch.inf)
        sink = torch.where(bias.isinf().all(-1, keepdim=True), 0.0, -torch.inf).to(q.dtype)
        s = torch.baddbmm(bias.expand(N, H, L, S).reshape(N * H, L, S), q.reshape(N * H, L, E), k.reshape(N * H, S, E).mT, alpha=E**-0.5)
        s = torch.cat([s, sink.expand(N, H, L, 1).reshape(N * H, L, 1)], -1)
        lp = F.log_softmax(s, -1)
        return torch.bmm(lp.exp(), F.pad(v, (0, 0, 0, 1)).reshape(N * H, S + 1, V)).unflatten(0, (N, H))
