"""Runs beside the answer: calls that share one x, which would travel as a copy each time."""

import numpy as np
import submission


def again(first, second, x, eps):
    """Two calls, one after the other, on the same array; the second one's gradient."""
    submission.numerical_gradient(first, x, eps)
    return submission.numerical_gradient(second, x, eps)


class Failure(Exception):
    """No kin of those that Python raises."""


def again_after_an_exception(raising, second, x, eps, name):
    """The same where the first function fails: whether that came through, and the second gradient."""
    kind = {"ValueError": ValueError, "ZeroDivisionError": ZeroDivisionError, "Failure": Failure}[name]

    def failing(point):
        try:
            return raising(point)
        except Exception as error:
            raise kind("this function fails here") from error

    try:
        submission.numerical_gradient(failing, x, eps)
        came_through = False
    except Exception as error:
        came_through = isinstance(error, kind)
    return came_through, submission.numerical_gradient(second, x, eps)


def of_views(functions, x):
    """Of an array transposed, reversed and strided: views, which do not lie in memory row by row."""
    views = [x.copy().T, x.copy()[::-1, ::-1], x.copy()[::2, 1::3]]
    return [submission.numerical_gradient(f, view) for f, view in zip(functions, views, strict=True)]


def gradient_of_sines(x):
    return submission.numerical_gradient(_sines, x)


def check_of_sines(x):
    return submission.gradient_check(_sines, np.cos, x)


def check_of_squares(x):
    """The gradient is its own argument, not a copy of it."""
    return submission.gradient_check(lambda point: 0.5 * float(np.sum(point * point)), lambda point: point, x)


def _sines(x):
    return float(np.sum(np.sin(x)))
