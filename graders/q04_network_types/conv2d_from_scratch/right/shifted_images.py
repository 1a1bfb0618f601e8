"""Adds up one matrix product for each position in the kernel, on shifted images; computes in float64 and casts at the end."""

import itertools

import numpy as np


def conv2d(x, weight, bias=None, stride=1, padding=0):
    arrays = [np.asarray(a) for a in (x, weight, *([] if bias is None else [bias]))]
    kind = np.result_type(*(a.dtype if a.dtype.kind == "f" else np.float64 for a in arrays))
    x, weight, *rest = (a.astype(np.float64) for a in arrays)
    n, c, h, w = x.shape
    o, c2, kh, kw = weight.shape
    if c != c2:
        raise ValueError("channels differ")
    if not (stride >= 1 and padding >= 0):
        raise ValueError("stride or padding out of range")
    rows, cols = h + 2 * padding - kh, w + 2 * padding - kw
    if min(rows, cols) < 0:
        raise ValueError("the kernel does not fit")
    canvas = np.zeros((n, c, h + 2 * padding, w + 2 * padding))
    canvas[..., padding : padding + h, padding : padding + w] = x
    out = np.zeros((n, o, rows // stride + 1, cols // stride + 1))
    size = out.shape[2] * out.shape[3]
    for i, j in itertools.product(range(kh), range(kw)):
        part = canvas[:, :, i : i + rows + 1 : stride, j : j + cols + 1 : stride]
        out += (weight[:, :, i, j] @ part.reshape(n, c, size)).reshape(out.shape)
    for b in rest:
        out += b.reshape(1, -1, 1, 1)
    return out.astype(kind)
