"""Runs beside the answer: calls that the wire cannot carry."""

import numpy as np
import submission


def laid_out(x, weight, bias, stride, padding):
    """With x and weight in Fortran order, with all axes reversed in memory, and strided; the bias strided."""
    return [
        submission.conv2d(lay(x), lay(weight), _spread(bias), stride, padding)
        for lay in (np.asfortranarray, _backwards, _spread)
    ]


def twice(x, weight, bias, stride, padding):
    """Two results from the very same arrays, the second with all of them read-only; they outlive another call."""
    first = submission.conv2d(x, weight, bias, stride, padding)
    for array in (x, weight, bias):
        array.flags.writeable = False
    second = submission.conv2d(x, weight, bias, stride, padding)
    submission.conv2d(x + 1, weight, bias, stride, padding)
    return first, second


def _backwards(array):
    flip = (slice(None, None, -1),) * array.ndim
    return array[flip].copy()[flip]


def _spread(array):
    wide = np.ones((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    wide[..., ::2] = array
    return wide[..., ::2]
