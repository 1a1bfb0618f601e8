"""Only a stride of 0 is refused: of the others NumPy complains, as long as the shapes do not fit.

Misconception: NumPy will say when a stride makes no sense.
Caught by: test_bad_stride
Keeps: everything else
Advice: A large negative stride has an empty result, and nobody complains: stride < 1 is an error.
"""

import numpy as np


def floating(array):
    array = np.asarray(array)
    return array if np.issubdtype(array.dtype, np.floating) else array.astype(np.float64)


def conv2d(x, weight, bias=None, stride=1, padding=0):
    x, weight = floating(x), floating(weight)
    if stride == 0:
        raise ValueError("stride must be at least 1")
    if padding < 0:
        raise ValueError("padding must be at least 0")
    if x.shape[1] != weight.shape[1]:
        raise ValueError("the numbers of channels differ")
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    kh, kw = weight.shape[2:]
    if kh > x.shape[2] or kw > x.shape[3]:
        raise ValueError("the kernel is larger than the padded image")
    oh, ow = (x.shape[2] - kh) // stride + 1, (x.shape[3] - kw) // stride + 1
    out = np.zeros((len(x), len(weight), oh, ow), np.result_type(x, weight))
    for i in range(kh):
        for j in range(kw):
            part = x[:, :, i : i + oh * stride : stride, j : j + ow * stride : stride][:, :, :oh, :ow]
            out += np.einsum("nchw,oc->nohw", part, weight[:, :, i, j], optimize=True)
    if bias is not None:
        out = out + floating(bias)[:, None, None]
    return out
