"""Calls that the wire cannot carry: arrays with another memory layout, and one array used twice."""

import submission


def layouts(x):
    """The softmax of an (N, M) array transposed, in Fortran order, reversed and strided, and as blocks transposed."""
    return [
        submission.softmax(x.copy().T),
        submission.softmax(x.copy(order="F"), axis=0),
        submission.softmax(x.copy()[::-1, ::-1]),
        submission.softmax(x.copy()[::2, 1::3]),
        submission.softmax(x.copy().reshape(2, -1, x.shape[1]).T, axis=-1),
    ]


def both_axes(x):
    """Columns first, then rows, of the very same array."""
    return [submission.softmax(x, axis=0), submission.softmax(x, axis=1)]


def left_alone(x):
    """An (N, M) array transposed, Fortran-ordered, reversed and strided, and its first number, after a call on each."""
    given = [x.copy().T, x.copy(order="F"), x.copy()[::-1, ::-1], x.copy()[::2, 1::3], x.copy()[0, 0, ...]]
    for view in given:
        submission.softmax(view)
    return given
