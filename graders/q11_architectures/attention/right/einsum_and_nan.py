"""einsum; -inf by masked_fill, whose backward pass stops the NaN of an empty row; the NaN replaced behind the softmax."""

import torch


def attention(q, k, v, causal=False, key_padding_mask=None):
    L, S, E = q.size(2), k.size(2), q.size(3)
    logits = torch.einsum("bhie,bhje->bhij", q * E**-0.5, k)
    hidden = None
    if causal:
        hidden = torch.arange(S, device=q.device) > torch.arange(L, device=q.device).unsqueeze(1)
    if key_padding_mask is not None:
        padded = key_padding_mask.unsqueeze(1).unsqueeze(2)
        hidden = padded if hidden is None else padded | hidden
    if hidden is None:
        return torch.einsum("bhij,bhjv->bhiv", logits.softmax(dim=-1), v)
    p = torch.softmax(logits.masked_fill(hidden, float("-inf")), -1)
    p = torch.where(hidden.all(-1, keepdim=True), torch.zeros_like(p), p)
    return torch.einsum("bhij,bhjv->bhiv", p, v)
