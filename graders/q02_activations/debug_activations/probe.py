"""Calls that the wire cannot carry: arrays with another memory layout, and one array used twice."""

import submission


def layouts(name, x):
    """The function of an (N, M) array transposed, in Fortran order, reversed and strided."""
    function = getattr(submission, name)
    views = [x.copy().T, x.copy(order="F"), x.copy()[::-1, ::-1], x.copy()[::2, 1::3]]
    return [function(view) for view in views]


def strided(name, x):
    """The function of a vector backwards, and of every third element."""
    function = getattr(submission, name)
    return [function(x.copy()[::-1]), function(x.copy()[1::3])]


def twice(name, x):
    """Two calls on the very same array."""
    function = getattr(submission, name)
    return [function(x), function(x)]


def left_alone(name, x):
    """An (N, M) array transposed, Fortran-ordered, reversed and strided, and its first number, after a call on each."""
    given = [x.copy().T, x.copy(order="F"), x.copy()[::-1, ::-1], x.copy()[::2, 1::3], x.copy()[0, 0, ...]]
    for view in given:
        getattr(submission, name)(view)
    return given
