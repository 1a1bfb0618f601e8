"""Returns an array that the next call of the same shape writes into again.

Misconception: allocating the result once saves time, and nobody looks at an old one.
Caught by: test_second_call
Keeps: everything else
Advice: A result belongs to the caller: make a new array in each call.
"""

import numpy as np


_BUFFERS = {}


def _float(a):
    a = np.asarray(a)
    return a if np.issubdtype(a.dtype, np.floating) else a.astype(np.float64)


def conv2d(x, weight, bias=None, stride=1, padding=0):
    x, weight = _float(x), _float(weight)
    arrays = [x, weight]
    if bias is not None:
        bias = _float(bias)
        arrays.append(bias)
    dtype = np.result_type(*[a.dtype for a in arrays])
    if stride < 1:
        raise ValueError("stride must be at least 1")
    if padding < 0:
        raise ValueError("padding must not be negative")
    n, c, h, w = x.shape
    o, c2, kh, kw = weight.shape
    if c != c2:
        raise ValueError("different numbers of channels")
    if kh > h + 2 * padding or kw > w + 2 * padding:
        raise ValueError("kernel larger than the padded image")
    x = np.pad(x.astype(dtype), ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    patches = np.lib.stride_tricks.sliding_window_view(x, (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]
    out = np.tensordot(patches, weight.astype(dtype), axes=((1, 4, 5), (1, 2, 3)))
    if bias is not None:
        out = out + bias.astype(dtype)
    result = _BUFFERS.setdefault((n, o, *out.shape[1:3], out.dtype), np.empty((n, o, *out.shape[1:3]), out.dtype))
    result[:] = out.transpose(0, 3, 1, 2)
    return result
