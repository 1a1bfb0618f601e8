"""Calls that the wire cannot carry: the same arrays used twice, and results looked at after a later call."""

import submission


def twice(x, weights, biases, other):
    """Two results for x, read after a call for another batch of its shape."""
    results = [submission.mlp_forward(x, weights, biases), submission.mlp_forward(x, weights, biases)]
    submission.mlp_forward(other, weights, biases)
    return results
