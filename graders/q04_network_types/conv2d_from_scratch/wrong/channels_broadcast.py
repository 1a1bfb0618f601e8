"""Kernels of one channel are let through.

Misconception: One channel serves for all.
Caught by: test_channels
Advice: Raise where the numbers differ.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def floating(array):
    array = np.asarray(array)
    return array if np.issubdtype(array.dtype, np.floating) else array.astype(np.float64)


def conv2d(x, weight, bias=None, stride=1, padding=0):
    x, weight = floating(x), floating(weight)
    if stride < 1:
        raise ValueError("stride must be at least 1")
    if padding < 0:
        raise ValueError("padding must be at least 0")
    if weight.shape[1] not in (1, x.shape[1]):
        raise ValueError("the numbers of channels differ")
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    kh, kw = weight.shape[2:]
    if kh > x.shape[2] or kw > x.shape[3]:
        raise ValueError("the kernel is larger than the padded image")
    patches = sliding_window_view(x, (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]
    out = np.einsum("nchwij,ocij->nohw", patches, np.broadcast_to(weight, (len(weight), *x.shape[1:2], kh, kw)))
    if bias is not None:
        out = out + floating(bias)[:, None, None]
    return out
