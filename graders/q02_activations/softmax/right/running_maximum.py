"""The maximum and the sum of exp grow together, block after block along the axis; what was scaled by an earlier maximum
is put right at the end."""
import numpy as np

BLOCK = 16


def softmax(x, axis=-1, *, _tiny=None):
    x = np.asarray(x)
    x = x.astype(x.dtype if np.issubdtype(x.dtype, np.floating) else np.float64)
    if x.ndim == 0:
        return np.exp(x - x)[()]
    y = np.moveaxis(x, axis, 0).copy()  # a step along the axis is a step through memory
    m = np.full(y.shape[1:], -np.inf, x.dtype)
    s = np.zeros_like(m)
    scaled = []
    for start in range(0, len(y), BLOCK):
        block = y[start:start + BLOCK]
        new = np.fmax(m, block.max(0))
        level = np.where(np.isneginf(new), 0, new)
        np.exp(np.subtract(block, level, out=block), out=block)
        s = s * np.exp(m - level) + block.sum(0)
        m = new
        scaled.append((block, level))
    for block, level in scaled:
        block *= np.exp(level - m) / s
    return np.moveaxis(y, 0, axis)
