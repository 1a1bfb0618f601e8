"""Two-dimensional convolution as networks have it: cross-correlation with zero padding and a stride.

Idea
    Every number of the result is the product of one patch of the padded image with one kernel, both read as vectors of
    C * kh * kw numbers. All patches against all kernels is one matrix product, which is what computers are best at. The
    patches need not be cut out: a view with six axes, in which neighbouring patches share memory, has them all.

Derivation
    A kernel of width kw fits into a padded row of width W + 2 p at the offsets 0 to W + 2 p - kw, of which every
    stride-th counts: (W + 2 p - kw) // stride + 1 places. Where the division leaves a rest, the last columns of the
    padded image are never read.

Cost
    N * O * H' * W' * C * kh * kw multiplications. The matrix product copies the patches into rows first, which takes
    kh * kw times the memory of the image (at stride 1). To add up kh * kw products of shifted images avoids that.

Pitfalls
    Turning the kernel round, as mathematics does. Padding or stride on one axis only. Weights of one channel, or images
    of one, that broadcast where an error is due. A kernel too large gives a negative size, which slicing forgives
    silently. `reshape` where `moveaxis` is meant: the shape is right, and the numbers are scrambled. `np.einsum`
    without `optimize` does not use BLAS and takes ten times as long.

Follow-up questions
    What are the gradients? With respect to the input, again a convolution: the output's gradient, spread out by the
    stride, with the kernels turned round and O and C exchanged. With respect to the weights, a correlation of the input
    with the output's gradient; for the bias its sum over all but the channels.
    When is the Fourier transform worth it? For large kernels: its cost hardly depends on their size. For 3x3,
    Winograd's algorithm saves multiplications instead.
    What would `groups` change? Channels fall into groups with kernels of their own: one product for each, over
    C / groups channels. With as many groups as channels it is a depthwise convolution.
"""

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view


def conv2d(
    x: npt.ArrayLike, weight: npt.ArrayLike, bias: npt.ArrayLike | None = None, stride: int = 1, padding: int = 0
) -> np.ndarray:
    """Cross-correlate images (N, C, H, W) with kernels (O, C, kh, kw), add bias (O,); the result is (N, O, H', W').

    Raises ValueError where channels do not match, the kernel exceeds the padded image, stride < 1 or padding < 0.
    """
    x, weight = _floating(x), _floating(weight)
    if stride < 1 or padding < 0:
        raise ValueError(f"stride must be at least 1 and padding at least 0, not {stride} and {padding}")
    if x.shape[1] != weight.shape[1]:
        raise ValueError(f"the images have {x.shape[1]} channels, the kernels {weight.shape[1]}")
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    kernel = weight.shape[2:]
    if kernel[0] > padded.shape[2] or kernel[1] > padded.shape[3]:
        raise ValueError(f"a kernel of {kernel} does not fit into a padded image of {padded.shape[2:]}")
    patches = sliding_window_view(padded, kernel, axis=(2, 3))[:, :, ::stride, ::stride]  # (N, C, H', W', kh, kw)
    out = np.moveaxis(np.tensordot(patches, weight, axes=((1, 4, 5), (1, 2, 3))), -1, 1)
    return out if bias is None else out + _floating(bias)[:, np.newaxis, np.newaxis]


def _floating(array: npt.ArrayLike) -> np.ndarray:
    array = np.asarray(array)
    return array if np.issubdtype(array.dtype, np.floating) else array.astype(np.float64)
