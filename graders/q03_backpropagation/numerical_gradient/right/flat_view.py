"""A one-dimensional view of x, perturbed in place inside a context manager that puts the old number back.

Differs in writing through x.flat, in visiting the coordinates back to front, below before above, and in the class that does the work.
"""

from contextlib import contextmanager

import numpy as np


class StepError(ValueError):
    """The step is not positive."""


class Differences:
    def __init__(self, f, x, eps):
        if eps <= 0:
            raise StepError("cannot take a step of %g" % eps)
        self.f, self.x, self.eps = f, x, eps

    @contextmanager
    def nudged(self, i, by):
        old = self.x.flat[i]
        self.x.flat[i] = old + by
        try:
            yield self.x
        finally:
            self.x.flat[i] = old

    def at(self, i):
        with self.nudged(i, -self.eps) as x:
            low = self.f(x)
        with self.nudged(i, self.eps) as x:
            high = self.f(x)
        return (high - low) / self.eps / 2

    def all(self):
        g = np.zeros(self.x.size)
        for i in reversed(range(self.x.size)):
            g[i] = self.at(i)
        return g.reshape(np.shape(self.x))


def numerical_gradient(f, x, eps=1e-5):
    return Differences(f, x, eps).all()


def gradient_check(f, grad, x, eps=1e-5):
    differences = Differences(f, x, eps)
    a = np.array(grad(x))
    if a.shape != x.shape:
        raise ValueError("grad(x) and x differ in shape")
    if not x.size:
        return 0.0
    n = differences.all()
    denominator = abs(a) + abs(n)
    denominator = np.where(denominator < 1e-8, 1e-8, denominator)
    return (abs(a - n) / denominator).max()
