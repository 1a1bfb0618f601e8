"""A hand-written autograd.Function on flattened heads: bmm, a softmax in place on its own scores, and its gradient."""

import torch


class _Attend(torch.autograd.Function):
    @staticmethod
    def forward(ctx, q, k, v, bias, scale):
        p = torch.bmm(q, k.transpose(1, 2)).mul_(scale)
        if bias is not None:
            p.masked_fill_(bias, -torch.inf)
            p = p.softmax(-1)
            p.masked_fill_(bias, 0)
        else:
            p = p.softmax(-1)
        ctx.save_for_backward(q, k, v, p)
        ctx.scale = scale
        return torch.bmm(p, v)

    @staticmethod
    def backward(ctx, g):
        q, k, v, p = ctx.saved_tensors
        dp = torch.bmm(g, v.transpose(1, 2))
        ds = p * (dp - (dp * p).sum(-1, keepdim=True)) * ctx.scale
        return torch.bmm(ds, k), torch.bmm(ds.transpose(1, 2), q), torch.bmm(p.transpose(1, 2), g), None, None


def attention(q, k, v, causal=False, key_padding_mask=None):
    n, h, l, e = q.shape
    s = k.shape[2]
    mask = None
    if causal or key_padding_mask is not None:
        mask = torch.zeros(n, h, l, s, dtype=torch.bool, device=q.device)
        if causal:
            mask += torch.ones(l, s, dtype=torch.bool, device=q.device).tril().logical_not()
        if key_padding_mask is not None:
            mask += key_padding_mask.view(n, 1, 1, s) if key_padding_mask.is_contiguous() else key_padding_mask[:, None, None]
        mask = mask.flatten(0, 1)
    out = _Attend.apply(q.flatten(0, 1), k.flatten(0, 1), v.flatten(0, 1), mask, 1 / e**0.5)
    return out.unflatten(0, (n, h))
