"""Grader of `numerical_gradient`.

The functions whose gradients are asked for live here, on the judge's side, and the answer calls them over the wire. So
the grader sees every point at which they are evaluated, and counts for itself; their gradients have closed forms.
"""

from itertools import product

import numpy as np

from etude.grading import (
    assert_close,
    assert_dtype,
    assert_raises,
    assert_rules,
    assert_shape,
    assert_true,
    assert_unchanged,
    check,
    unpack,
)

SHAPES = [(4,), (2, 3), (3, 3), (2, 1, 3)]


class Recorded:
    """A function of one array, with the points at which it was called; it may raise at one of the calls."""

    def __init__(self, function, shape, raise_at=None):
        self.function, self.shape, self.raise_at = function, shape, raise_at
        self.points = []

    def __call__(self, *arguments):
        try:
            point = np.array(*arguments, dtype=np.float64)
        except (TypeError, ValueError):
            raise ValueError("this function takes one array of floats") from None
        if point.shape != self.shape:
            raise ValueError(f"this function takes an array of shape {self.shape}, not {point.shape}")
        self.points.append(point)
        if len(self.points) == self.raise_at:
            raise ValueError("this function fails here")
        return self.function(point)


def waves(rng, shape):
    """A function with curvature of about 5 that mixes all coordinates, and its gradient."""
    frequency, weight = rng.uniform(1.5, 2.5, size=shape), rng.uniform(0.3, 0.9, size=shape)
    phase = rng.uniform(0.0, 6.0, size=shape)

    def function(x):
        return float(np.sum(np.sin(frequency * x + phase)) + 0.5 * np.sum(weight * x) ** 2)

    def gradient(x):
        return frequency * np.cos(frequency * x + phase) + np.sum(weight * x) * weight

    return function, gradient


def cubes(x):
    """Its central difference is 3 x**2 + eps**2 for any eps."""
    return float(np.sum(x**3))


def moves(points, x, eps):
    """Of each point the coordinate that was moved and which way, or None where anything else was done to x.

    Evaluations at x itself are left out: test_number_of_calls has them.
    """
    found = []
    for point in points:
        offset = (point - x).ravel() / eps
        if np.all(np.abs(offset) < 1e-3):
            continue
        moved = int(np.argmax(np.abs(offset)))
        rest = np.delete(offset, moved)
        clean = abs(abs(offset[moved]) - 1.0) < 1e-3 and np.all(np.abs(rest) < 1e-3)
        found.append((moved, int(np.sign(offset[moved]))) if clean else None)
    return found


def relative_error(a, n):
    return np.abs(a - n) / np.maximum(1e-8, np.abs(a) + np.abs(n))


@check("contract")
def test_layout(submission, rng):
    """The result is float64 and has the shape of x, which may have any number of axes, or none."""
    for shape in [*SHAPES, (1,), (1, 1), ()]:
        gradient = submission.numerical_gradient(waves(rng, shape)[0], rng.normal(size=shape))
        assert_shape(gradient, shape, help="Give the gradient x's own shape; for a zero-dimensional x that is ().")
        assert_dtype(gradient, "float64")


@check("correctness", points=2)
def test_values(submission, rng):
    """The gradient is right to 1e-6."""
    for shape in SHAPES:
        x, (function, gradient) = rng.normal(size=shape), waves(rng, shape)
        assert_close(
            submission.numerical_gradient(function, x),
            gradient(x),
            tol=1e-6,
            help="Per coordinate: (f(x + eps e_i) - f(x - eps e_i)) / (2 eps), all others as they are in x.",
        )


@check("correctness", depends_on="test_values")
def test_zero_dimensional(submission, rng):
    """A zero-dimensional x has a gradient too."""
    x = np.array(rng.uniform(0.5, 1.5))
    assert_close(
        submission.numerical_gradient(cubes, x),
        3 * x**2,
        tol=1e-6,
        help="np.ndindex(x.shape) and np.ndenumerate(x) visit the one position () of such an x; range(len(x)) cannot.",
    )


@check("correctness", depends_on="test_values")
def test_memory_layout(submission, rng):
    """x may be transposed, reversed or strided."""
    x = rng.normal(size=(6, 4))
    views = [x.T, x[::-1, ::-1], x[::2, 1::3]]
    waved = [waves(rng, view.shape) for view in views]
    actual = unpack(submission.probe.of_views([function for function, _ in waved], x), 3, what="three gradients")
    for each, view, (_, gradient) in zip(actual, views, waved, strict=True):
        help = "x.ravel() and x.reshape(-1) of such an array are copies: index x itself, or x.flat."
        assert_close(each, gradient(view), tol=1e-6, help=help)


@check("contract")
def test_points(submission, rng):
    """f is evaluated eps above and eps below x in one coordinate at a time; eps is 1e-5 where none is given."""
    for given, eps in [((), 1e-5), ((0.125,), 0.125), ((1e-4,), 1e-4)]:
        x = rng.normal(size=(2, 3))
        function = Recorded(waves(rng, x.shape)[0], x.shape)
        submission.numerical_gradient(function, x, *given)
        found = moves(function.points, x, eps)
        wanted = [(i, sign) for i in range(x.size) for sign in (-1, 1)]
        strange = found.index(None) if None in found else None
        assert_true(
            strange is None and set(found) == set(wanted),
            "f was not evaluated at x ± eps in each coordinate.",
            returned=f"coordinates and directions {found}"
            if strange is None
            else "a point that differs in another way",
            wanted=f"{eps:g} up and down in each of {x.size} coordinates, the others as in x",
            help="Two points a coordinate, one eps above and one eps below, with all others back in place.",
        )


@check("contract")
def test_number_of_calls(submission, rng):
    """f is called exactly 2 * x.size times."""
    for shape in [(5,), (2, 3), ()]:
        function = Recorded(waves(rng, shape)[0], shape)
        submission.numerical_gradient(function, rng.normal(size=shape))
        size = int(np.prod(shape))
        assert_true(
            len(function.points) == 2 * size,
            f"f was called {len(function.points)} times for an x of {size} elements.",
            returned=len(function.points),
            wanted=2 * size,
            help="Two evaluations a coordinate; f(x) itself is not needed.",
        )


@check("contract")
def test_empty(submission, rng):
    """An empty x has an empty gradient of its shape, and f is not called."""
    for shape in [(0,), (3, 0)]:
        function = Recorded(lambda point: 0.0, shape)
        gradient = submission.numerical_gradient(function, np.zeros(shape))
        assert_close(gradient, np.zeros(shape), dtype="float64", help="Nothing to move: no iteration, an empty result.")
        assert_true(not function.points, "f was called.", help="An empty x has no coordinate, so 2 * 0 calls.")


@check("contract")
def test_x_is_given_back(submission, rng):
    """x holds the same numbers afterwards, to the last bit."""
    for eps in (1e-5, 0.37):
        x = rng.normal(size=(4, 8))
        function, _ = waves(rng, x.shape)
        second = Recorded(function, x.shape)
        submission.probe.again(function, second, x.copy(), eps)
        assert_starts_from(
            x, second.points, 0.0, "(v + eps) - eps is not always v: assign the old value, or work on a copy."
        )


@check("contract")
def test_x_after_an_exception(submission, rng):
    """x holds the same numbers also after f has raised, above or below x; the exception comes out as it is."""
    for raise_at, kind in product((1, 6, 9), ("ValueError", "ZeroDivisionError", "Failure")):
        x = rng.normal(size=(2, 4))
        function, _ = waves(rng, x.shape)
        raising, second = Recorded(function, x.shape, raise_at), Recorded(function, x.shape)
        answer = submission.probe.again_after_an_exception(raising, second, x.copy(), 0.25, kind)
        came_through, _ = unpack(answer, 2, what="(came through, gradient)")
        assert_true(
            came_through is True, "f raised, and the caller did not get its exception.", help="Let exceptions pass."
        )
        assert_starts_from(
            x, second.points, 1e-6, "Restore in a finally block, or work on a copy: then there is nothing to restore."
        )


def assert_starts_from(x, points, tolerance, help):
    """In all points of a later call every coordinate but the moved one is x's."""
    assert_true(points, "f was not called.", help=help)
    for point in points:
        changed = np.flatnonzero((np.abs(point - x) > tolerance).ravel())
        assert_true(
            len(changed) <= 1,
            "A later call on the same x starts from other numbers.",
            returned=f"elements {changed.tolist()} differ by {(point - x).ravel()[changed]} from x",
            wanted="one element moved by eps, the others equal",
            help=help,
        )


@check("correctness", points=2, depends_on="test_values")
def test_relative_error(submission, rng):
    """gradient_check gives |a - n| / (|a| + |n|), with the eps that it was given, or 1e-5."""
    for eps in (1e-5, 0.5):
        for factor, sign in product((1.0, 1.5, 0.25, -1.0, -3.0), (1.0, -1.0)):
            x = rng.uniform(0.5, 1.5, size=1)
            numerical = sign * (3 * x**2 + eps**2)
            function, grad = (
                Recorded(lambda point, s=sign: s * cubes(point), x.shape),
                Recorded(lambda point, k=sign * factor, h=eps: k * (3 * point**2 + h**2), x.shape),
            )
            options = {} if eps == 1e-5 else {"eps": eps}
            assert_close(
                submission.gradient_check(function, grad, x, **options),
                relative_error(factor * numerical, numerical).max(),
                tol=1e-6,
                help="Divide by |a| + |n|; take n from numerical_gradient(f, x, eps) and a from grad(x).",
            )
            seen_x = bool(grad.points) and all(np.all(np.abs(point - x) < 1e-9) for point in grad.points)
            assert_true(seen_x, "grad was not called with x.", help="Call grad(x) while x is as it was given.")
            assert_true(
                None not in moves(function.points, x, eps),
                f"f was not evaluated at a distance of {eps:g}.",
                help="Pass eps on to numerical_gradient; its default is 1e-5 in both functions.",
            )


@check("correctness", depends_on="test_relative_error")
def test_largest(submission, rng):
    """One wrong element counts in full, whatever its place, its sign and the size of the others."""
    for factor in (0.4, 1.7, -1.0):
        x = rng.uniform(0.5, 1.5, size=(3, 4))
        scale = 10.0 ** rng.uniform(-1, 1, size=x.shape)
        wrong, less_wrong = (int(i) for i in rng.permutation(x.size)[:2])
        factors = np.ones(x.size)
        factors[wrong], factors[less_wrong] = factor, 0.9
        factors = factors.reshape(x.shape)
        assert_close(
            submission.gradient_check(
                lambda point, scale=scale: float(np.sum(scale * point**2)),
                lambda point, scale=scale, factors=factors: factors * 2 * scale * point,
                x,
            ),
            relative_error(factors, 1.0).max(),
            tol=1e-6,
            help="Take the maximum of the element-wise ratios, not a mean, and not a ratio of norms.",
        )


@check("stability")
def test_floor(submission, rng):
    """The denominator is at least 1e-8, so that two gradients of nothing agree."""
    for largest in (4e-9, -7e-9, 2e-8):
        analytic = np.array([0.0, largest, 0.5 * largest])
        assert_close(
            submission.gradient_check(lambda point: 0.7, lambda point, a=analytic: a, rng.normal(size=3)),
            relative_error(analytic, 0.0).max(),
            tol=1e-6,
            help="max(1e-8, |a| + |n|): a floor, neither a summand nor nothing.",
        )


@check("contract")
def test_check_result(submission, rng):
    """gradient_check gives one float, also for a zero-dimensional x, and 0.0 for an empty one."""
    for shape in [(2, 3), (), (0,), (3, 0)]:
        function, gradient = waves(rng, shape)
        error = submission.gradient_check(
            function, lambda point, gradient=gradient: gradient(point), rng.normal(size=shape)
        )
        zero_dimensional = isinstance(error, np.ndarray) and error.shape == () and error.dtype == np.float64
        assert_true(
            isinstance(error, float) or zero_dimensional,
            "No float came back.",
            returned=f"{type(error).__name__}: {error!r}"[:80],
            wanted="a float",
            help="np.max has no value for an empty array; return 0.0 there.",
        )
        if 0 in shape:
            assert_close(error, 0.0, help="Nothing to compare: 0.0.")


@check("errors")
def test_eps_error(submission, rng):
    """eps <= 0 raises ValueError, for an empty x too, and before f is called."""
    for shape in [(3,), (), (0,)]:
        for eps in (0.0, -1e-5, -1):
            function = Recorded(lambda point: 0.0, shape)
            x = rng.normal(size=shape)
            help = "Check eps first, before you look at x: if eps <= 0, raise ValueError."
            assert_raises(ValueError, submission.numerical_gradient, function, x, eps, help=help)
            assert_raises(ValueError, submission.gradient_check, function, lambda point: 0.0 * point, x, eps, help=help)
            assert_true(not function.points, "f was called before the error was raised.", help=help)


@check("errors")
def test_shape_error(submission, rng):
    """An analytic gradient of another shape raises ValueError, where it would broadcast and for an empty x too."""
    for shape, other in [
        ((3,), (4,)),
        ((3,), (3, 1)),
        ((3,), (1,)),
        ((2, 3), (3,)),
        ((2, 3), (3, 2)),
        ((3,), ()),
        ((1,), ()),
        ((), (1,)),
        ((0,), (1,)),
        ((0,), (0, 0)),
        ((3, 0), (0,)),
    ]:
        assert_raises(
            ValueError,
            submission.gradient_check,
            lambda point: 0.5,
            lambda point, other=other: np.zeros(other),
            rng.normal(size=shape),
            help="Compare the shapes before you subtract, and before you return 0.0 for an empty x.",
        )


@check("contract", testimony=True)
def test_manners(submission, rng):
    """x is not changed, nothing is printed, and global settings and generators stay as they are."""
    assert_unchanged(submission.probe.gradient_of_sines, rng.normal(size=(3, 5)))
    assert_unchanged(submission.probe.check_of_sines, rng.normal(size=(3, 5)))
    assert_unchanged(submission.probe.check_of_squares, rng.normal(size=(3, 5)))


@check("rules")
def test_rules(submission, rng):
    """NumPy and the standard library only."""
    x = rng.normal(size=3)
    assert_rules(submission, run=lambda watched: watched.probe.check_of_sines(x))
