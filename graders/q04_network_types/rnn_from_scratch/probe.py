"""Runs beside the answer: holds the caches, which cannot travel."""

import numpy as np
import submission


def forward(args):
    h, _ = _pair(submission.rnn_forward(*args))
    return h


def backward(args, dh):
    return submission.rnn_backward(dh, _pair(submission.rnn_forward(*args))[1])


def losses(args, position, points, dh):
    """The loss sum(h * dh), with the argument at `position` replaced by each of `points`."""
    found = []
    for point in points:
        h = forward([*args[:position], point, *args[position + 1 :]])
        found.append(float(np.sum(np.asarray(h) * dh)))
    return found


def interleaved(problems, order):
    """All forward passes first, then the backward passes in the given order: states and gradients of each."""
    passes = [_pair(submission.rnn_forward(*args)) for args, _ in problems]
    return [(passes[i][0], submission.rnn_backward(problems[i][1], passes[i][1])) for i in order]


def twice(args, dh):
    """States and gradients, and both again from the very same arrays and the first cache."""
    h, cache = _pair(submission.rnn_forward(*args))
    first = np.array(h)
    gradients = submission.rnn_backward(dh, cache)
    if isinstance(gradients, dict):
        gradients = {name: np.array(value) for name, value in gradients.items()}
    return first, gradients, forward(args), submission.rnn_backward(dh, cache)


def laid_out(args, dh):
    """States and gradients with every array in Fortran order, with all axes reversed in memory, and strided."""
    results = []
    for lay in (np.asfortranarray, _backwards, _spread):
        h, cache = _pair(submission.rnn_forward(*map(lay, args)))
        results.append((h, submission.rnn_backward(lay(dh), cache)))
    return results


def _backwards(array):
    flip = (slice(None, None, -1),) * array.ndim
    return array[flip].copy()[flip]


def _spread(array):
    wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    wide[..., ::2] = array
    return wide[..., ::2]


def _pair(returned):
    if not isinstance(returned, (tuple, list)) or len(returned) != 2:
        raise TypeError("rnn_forward returns the pair (h, cache)")
    return returned
