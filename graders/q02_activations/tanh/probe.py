"""Calls that the wire cannot carry: arrays with another memory layout, and results looked at after a later call."""

import submission


def layouts(x):
    """The tanh of an (N, M) array transposed, in Fortran order, reversed and strided."""
    return [
        submission.tanh(x.copy().T),
        submission.tanh(x.copy(order="F")),
        submission.tanh(x.copy()[::-1, ::-1]),
        submission.tanh(x.copy()[::2, 1::3]),
    ]


def kept_apart(x, other):
    """The first array and its result after a call on another array, and the other's result."""
    first = submission.tanh(x)
    second = submission.tanh(other)
    return [x, first, second]


def left_alone(x):
    """An (N, M) array transposed, Fortran-ordered, reversed and strided, and its first number, after a call on each."""
    given = [x.copy().T, x.copy(order="F"), x.copy()[::-1, ::-1], x.copy()[::2, 1::3], x.copy()[0, 0, ...]]
    for view in given:
        submission.tanh(view)
    return given
