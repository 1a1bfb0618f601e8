"""Hidden checks of `sigmoid`. The oracle uses Python's own floats, on the numbers that the candidate got."""

import math

import numpy as np

from etude.grading import assert_close, assert_rules, assert_shape, assert_unchanged, check, unpack

TOLERANCE = {"float16": 1e-2, "float32": 1e-5, "float64": 1e-10}


def oracle(x):
    x = np.asarray(x, dtype=np.float64)
    return np.array([_sigmoid(number) for number in x.ravel().tolist()], dtype=np.float64).reshape(x.shape)


def _sigmoid(number):
    if number < 0:
        return math.exp(number) / (1 + math.exp(number))
    return 1 / (1 + math.exp(-number))


@check("correctness", points=2)
def test_values(submission, rng):
    """Each number x becomes 1 / (1 + exp(-x))."""
    x = rng.normal(0, 3, size=40)
    assert_close(submission.sigmoid(x), oracle(x), help="1 / (1 + exp(-x)), in the dtype of x throughout.")


@check("correctness")
def test_any_shape(submission, rng):
    """Arrays of one to five axes, element by element."""
    for shape in [(1,), (7, 1), (3, 4, 5), (2, 1, 3, 2, 2)]:
        x = rng.normal(0, 3, size=shape)
        assert_close(submission.sigmoid(x), oracle(x), help="Nothing in an element-wise function depends on the shape.")


@check("contract")
def test_dtype_kept(submission, rng):
    """float16, float32 and float64 come back as what they were."""
    for dtype in ("float16", "float32", "float64"):
        x = rng.normal(size=(4, 5)).astype(dtype)
        advice = "Compute in the input's dtype, or cast back to it before you return."
        assert_close(submission.sigmoid(x), oracle(x), dtype=dtype, help=advice)
    nothing = np.empty((0, 3), dtype="float32")
    assert_close(submission.sigmoid(nothing), nothing, dtype="float32", help="Empty input keeps its dtype too.")


@check("contract")
def test_no_floats(submission, rng):
    """Lists, integers of any width and booleans count as float64."""
    whole = rng.integers(-5, 6, size=(3, 5))
    unsigned = rng.integers(1, 6, size=6).astype(np.uint8)
    lowest = np.append(rng.integers(-9, 9, size=4), -128).astype(np.int8)
    for x in [whole.tolist(), rng.normal(size=(2, 3)).tolist(), whole, lowest, unsigned, whole > 0]:
        assert_close(
            submission.sigmoid(x),
            oracle(x),
            dtype="float64",
            help="Convert to float64 first: negating unsigned integers wraps around, exp(int8) is float16.",
        )


@check("contract")
def test_single_number(submission, rng):
    """A single number gives a single number of its dtype."""
    for sign in (1, -1):
        number = sign * rng.uniform(0.5, 3)
        whole = sign * int(rng.integers(1, 5))
        for x, dtype in [(number, "float64"), (whole, "float64"), (np.float32(number), "float32"), (True, "float64")]:
            advice = "A NumPy scalar or a 0-d array: shape (), and a dtype."
            assert_close(submission.sigmoid(x), oracle(x), dtype=dtype, help=advice)
        assert_close(submission.sigmoid(np.array(number)), oracle(number), dtype="float64")


@check("contract")
def test_empty(submission, rng):
    """Empty input gives an empty result of its shape."""
    rows = int(rng.integers(2, 6))
    for shape in [(0,), (0, rows), (rows, 0, 2)]:
        assert_close(submission.sigmoid(np.empty(shape)), np.empty(shape), help="No element, nothing to do.")
    for nothing in ([], np.empty((0, rows), dtype=int)):
        advice = "An empty list and an empty array of integers count as float64."
        assert_close(submission.sigmoid(nothing), np.empty(np.shape(nothing)), dtype="float64", help=advice)


@check("contract")
def test_memory_layout(submission, rng):
    """Transposed, Fortran-ordered, reversed and strided arrays give what their values say."""
    x = rng.normal(0, 3, size=(6, 8))
    expected = [oracle(x.T), oracle(x), oracle(x[::-1, ::-1]), oracle(x[::2, 1::3])]
    for actual, wanted in zip(unpack(submission.probe.layouts(x), 4), expected, strict=True):
        assert_close(actual, wanted, help="Do not assume that an array lies in memory row by row.")


@check("contract")
def test_input_reusable(submission, rng):
    """The sigmoid of the same array, asked for twice: the first call leaves the array alone."""
    x = rng.normal(0, 3, size=(4, 5))
    for actual in unpack(submission.probe.twice(x), 2):
        assert_close(actual, oracle(x), help="`x *= …`, `x[…] = …` and `out=x` write into the caller's array.")
    views = [x.T, x, x[::-1, ::-1], x[::2, 1::3], x[0, 0]]
    for after, wanted in zip(unpack(submission.probe.left_alone(x), 5), views, strict=True):
        assert_close(after, wanted, help="Copy whatever you write into: strided arrays and 0-d ones, too.")


@check(
    "stability",
    points=2,
    help="exp overflows for large positive arguments: let it see only -|x|, on each side of 0 in its own form.",
)
def test_large_inputs(submission, rng):
    """Numbers between -10,000 and 10,000 give finite values, without a warning."""
    x = rng.permutation(np.concatenate([rng.uniform(-1e4, 1e4, 20), rng.normal(0, 3, 20), [-1e4, 1e4]]))
    for dtype in ("float64", "float32"):
        given = x.astype(dtype)
        assert_close(
            submission.sigmoid(given),
            oracle(given),
            tol=TOLERANCE[dtype],
            help="exp overflows on one side of each form, and np.where evaluates both forms: exponentiate -|x|.",
        )
    for number in (-1e4, 1e4):
        advice = "math.exp(10000) raises OverflowError: a single number may be as large as those in arrays."
        assert_close(submission.sigmoid(number), oracle(number), help=advice)


@check("stability", points=2)
def test_left_tail(submission, rng):
    """The tiny values on the far left have all their digits: relative accuracy 1e-12 in float64 down to x = -700."""
    x = rng.permutation(np.concatenate([rng.uniform(-700, -20, 30), rng.uniform(-20, 0, 10), [-700.0]]))
    assert_close(
        submission.sigmoid(x),
        oracle(x),
        tol=1e-12,
        relative=True,
        help="Where x is negative, exp(x) / (1 + exp(x)) keeps every digit; a difference of numbers near 1 loses them.",
    )


@check("stability", help="exp(-inf) is 0 and exp(inf) is inf: take a form whose exponent is never positive.")
def test_infinities(submission, rng):
    """The sigmoid of inf is 1, that of -inf is 0, without a warning."""
    x = rng.normal(0, 3, size=12)
    where = rng.permutation(12)
    x[where[:3]], x[where[3:6]] = np.inf, -np.inf
    for dtype in ("float64", "float32"):
        given = x.astype(dtype)
        assert_close(
            submission.sigmoid(given),
            oracle(given),
            tol=TOLERANCE[dtype],
            help="exp(-inf) is 0 without ado; inf / inf, inf - inf and inf * 0 are what must not occur.",
        )
        advice = "sigmoid(-inf) is exactly 0: do not clip it to a large finite number."
        assert_close(submission.sigmoid(given[given == -np.inf]), np.zeros(3), small=True, help=advice)


@check("contract", testimony=True)
def test_side_effects(submission, rng):
    """Prints nothing and changes neither its argument nor a global setting."""
    assert_unchanged(submission.sigmoid, rng.normal(0, 3, size=(3, 4)))
    assert_unchanged(submission.sigmoid, rng.normal(0, 3, size=5).astype("float32"))


@check("rules")
def test_rules(submission, rng):
    """Uses NumPy and the standard library only."""
    assert_shape(submission.sigmoid(rng.normal(size=(2, 3))), (2, 3))
    assert_rules(submission)
