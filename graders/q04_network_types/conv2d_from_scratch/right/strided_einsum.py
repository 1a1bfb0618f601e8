"""as_strided patches and an optimised einsum; np.pad only where there is padding; names imported from numpy."""

from numpy import array, asarray, einsum, float64, floating, issubdtype, pad
from numpy.lib.stride_tricks import as_strided


class ShapeError(ValueError):
    pass


def number(a):
    a = asarray(a)
    return a if issubdtype(a.dtype, floating) else array(a, dtype=float64)


def conv2d(x, weight, bias=None, stride=1, padding=0):
    if stride <= 0:
        raise ShapeError("stride must be positive")
    if padding < 0:
        raise ShapeError("padding must not be negative")
    x, k = number(x), number(weight)
    if x.shape[1] - k.shape[1]:
        raise ShapeError(f"{x.shape[1]} input channels, {k.shape[1]} kernel channels")
    if padding:
        x = pad(x, [(0, 0)] * 2 + [(padding,) * 2] * 2, mode="constant")
    space = [size - width for size, width in zip(x.shape[2:], k.shape[2:])]
    if any(s < 0 for s in space):
        raise ShapeError("kernel larger than image")
    counts = tuple(s // stride + 1 for s in space)
    sn, sc, sh, sw = x.strides
    patches = as_strided(x, x.shape[:2] + counts + k.shape[2:], (sn, sc, sh * stride, sw * stride, sh, sw), writeable=False)
    y = einsum("nchwij,ocij->nohw", patches, k, optimize=True)
    if bias is not None:
        y = (y.swapaxes(1, 3) + number(bias)).swapaxes(1, 3)
    return y
