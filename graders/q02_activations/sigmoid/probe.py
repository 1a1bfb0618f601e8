"""Calls that the wire cannot carry: arrays with another memory layout, and one array used twice."""

import submission


def layouts(x):
    """The sigmoid of an (N, M) array transposed, in Fortran order, reversed and strided."""
    return [
        submission.sigmoid(x.copy().T),
        submission.sigmoid(x.copy(order="F")),
        submission.sigmoid(x.copy()[::-1, ::-1]),
        submission.sigmoid(x.copy()[::2, 1::3]),
    ]


def twice(x):
    """Two calls on the very same array."""
    return [submission.sigmoid(x), submission.sigmoid(x)]


def left_alone(x):
    """An (N, M) array transposed, Fortran-ordered, reversed and strided, and its first number, after a call on each."""
    given = [x.copy().T, x.copy(order="F"), x.copy()[::-1, ::-1], x.copy()[::2, 1::3], x.copy()[0, 0, ...]]
    for view in given:
        submission.sigmoid(view)
    return given
