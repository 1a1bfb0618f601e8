"""The maximum and the sum of exp grow together, one slice along the axis after the other."""
import numpy as np


def softmax(x, axis=-1, *, _tiny=None):
    x = np.asarray(x)
    x = x.astype(x.dtype if np.issubdtype(x.dtype, np.floating) else np.float64)
    if x.ndim == 0:
        return np.exp(x - x)[()]
    m = np.full(np.delete(x.shape, axis % x.ndim), -np.inf, x.dtype)
    s = np.zeros_like(m)
    for piece in np.moveaxis(x, axis, 0):
        new = np.fmax(m, piece)
        with np.errstate(invalid="ignore"):
            level = np.where(np.isneginf(new), 0, new)
            s = (s * np.exp(m - level) + np.exp(piece - level)).astype(x.dtype)
        m = new
    shifted = x - np.expand_dims(m, axis)
    return np.exp(shifted) / np.expand_dims(s, axis)
