"""The result is float64 always.

Misconception: More precision never hurts.
Caught by: test_dtypes, test_no_images
Advice: Keep the dtype that comes.
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
    if x.shape[1] != weight.shape[1]:
        raise ValueError("the numbers of channels differ")
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    kh, kw = weight.shape[2:]
    if kh > x.shape[2] or kw > x.shape[3]:
        raise ValueError("the kernel is larger than the padded image")
    patches = sliding_window_view(x, (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]
    out = np.einsum("nchwij,ocij->nohw", patches, weight, optimize=True)
    if bias is not None:
        out = out + floating(bias)[:, None, None]
    return out.astype(np.float64)
