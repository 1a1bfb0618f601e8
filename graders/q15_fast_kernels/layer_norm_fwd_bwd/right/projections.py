"""The gradient at the normalised row with its parts along ones and along the row projected out one after the other;
rstd by pow, sums of squares by vecdot, sums over rows by a product with ones."""

import torch


class _Shapes:
    @staticmethod
    def same(got, wanted, what):
        if list(got.shape) != list(wanted):
            raise ValueError(what + " has the wrong shape: " + str(list(got.shape)))


def _up(*tensors):
    return [t if t.dtype == torch.float64 else t.float() for t in tensors]


def layer_norm_forward(x, weight, bias, eps=1e-5):
    _Shapes.same(weight, x.shape[-1:], "weight")
    _Shapes.same(bias, x.shape[-1:], "bias")
    v, w, b = _up(x, weight, bias)
    mean = v.sum(-1) / v.shape[-1]
    v = v - mean[..., None]
    rstd = (torch.linalg.vecdot(v, v) / v.shape[-1] + eps) ** -0.5
    v = v * rstd[..., None]
    v *= w
    v += b
    return v.type(x.dtype), mean, rstd


def layer_norm_backward(grad_y, x, weight, mean, rstd):
    _Shapes.same(weight, x.shape[-1:], "weight")
    _Shapes.same(grad_y, x.shape, "grad_y")
    _Shapes.same(mean, x.shape[:-1], "mean")
    _Shapes.same(rstd, x.shape[:-1], "rstd")
    g, v, w = _up(grad_y, x, weight)
    z = v - mean[..., None]
    z *= rstd[..., None]
    gw, gb = (g * z).reshape(-1, len(w)).sum(0), torch.ones_like(mean).flatten() @ g.reshape(-1, len(w))
    h = g * w
    h -= h.mean(dim=-1, keepdim=True)
    along = torch.linalg.vecdot(h, z) / z.shape[-1]
    h = torch.addcmul(h, z, along[..., None], value=-1)
    h *= rstd[..., None]
    return h.type(x.dtype), gw.type(weight.dtype), gb.type(weight.dtype)
