"""Hidden checks of `debug_activations`: one for each fault, and others for what was right and has to stay so."""

import math

import numpy as np

from etude.grading import (
    as_array,
    assert_close,
    assert_rules,
    assert_shape,
    assert_true,
    assert_unchanged,
    check,
    unpack,
)

TOLERANCE = {"float16": 1e-2, "float32": 1e-5, "float64": 1e-10}
FAR_OUT = {"float32": 1e-2, "float64": 1e-10}  # scores of 10,000, whose own rounding in float32 is 1e-3


def by_element(function):
    def oracle(x):
        x = np.asarray(x, dtype=np.float64)
        return np.array([function(v) for v in x.ravel().tolist()], dtype=np.float64).reshape(x.shape)

    return oracle


relu = by_element(lambda v: 0.0 if v < 0 else v)
sigmoid = by_element(lambda v: math.exp(v) / (1 + math.exp(v)) if v < 0 else 1 / (1 + math.exp(-v)))


def softmax(x, axis=-1):
    """By way of the logarithm of the total, then normalised once more, which takes that logarithm's rounding out."""
    x = np.asarray(x, dtype=np.float64)
    shares = np.exp(x - np.logaddexp.reduce(x, axis=axis, keepdims=True))
    return shares / shares.sum(axis=axis, keepdims=True)


def views(oracle, x):
    return [oracle(x.T), oracle(x), oracle(x[::-1, ::-1]), oracle(x[::2, 1::3])]


def given(x):
    """What `left_alone` calls the function with."""
    return [*views(lambda a: a, x), x[0, 0]]


def numbers(rng):
    """Single numbers and the dtypes that they have."""
    for sign in (1, -1):
        number, whole = sign * rng.uniform(0.5, 3), sign * int(rng.integers(1, 5))
        yield from [(number, "float64"), (whole, "float64"), (np.float32(number), "float32"), (True, "float64")]
        yield np.array(number), "float64"


@check("contract")
def test_relu_of_a_number(submission, rng):
    """relu of a single number: positive ones stay, negative ones become 0, NaN stays NaN."""
    advice = "A NumPy scalar or a 0-d array: shape (), and a dtype. NaN is not less than 0, and not greater either."
    for x, dtype in [*numbers(rng), (float("nan"), "float64"), (-np.float32("nan"), "float32")]:
        assert_close(submission.relu(x), relu(x), dtype=dtype, help=advice)


@check("correctness", points=3, help="`if` and Python's max want one truth value; compare element by element.")
def test_relu_of_arrays(submission, rng):
    """relu of arrays of any shape, dtype and memory layout, with NaN among the numbers."""
    for shape in [(1,), (7,), (3, 4, 5), (2, 1, 3, 2, 2), (0,), (0, 3)]:
        for dtype in TOLERANCE:
            x = rng.normal(0, 3, size=shape).astype(dtype)
            x[rng.random(shape) < 0.1] = np.nan
            x[rng.random(shape) < 0.1] = -np.nan  # a NaN has a sign, too
            assert_close(submission.relu(x), relu(x), dtype=dtype, help="An element-wise maximum, in x's own dtype.")
    whole = rng.integers(-5, 6, size=(3, 5))
    for x in [whole, whole.astype(np.int8), whole > 0, whole.tolist(), []]:
        assert_close(submission.relu(x), relu(x), dtype="float64", help="What is not floating counts as float64.")
    small = rng.choice([-1, 1], size=20) * 10 ** rng.uniform(-8, -2, size=20)
    assert_close(submission.relu(small), relu(small), help="The threshold is 0 itself.")
    x = rng.normal(0, 3, size=(6, 8))
    x[0, 0] = -abs(x[0, 0])
    for actual, wanted in zip(unpack(submission.probe.layouts("relu", x), 4), views(relu, x), strict=True):
        assert_close(actual, wanted, help="Do not assume that an array lies in memory row by row.")
    for actual in unpack(submission.probe.twice("relu", x), 2):
        assert_close(actual, relu(x))
    for after, wanted in zip(unpack(submission.probe.left_alone("relu", x), 5), given(x), strict=True):
        assert_close(after, wanted, help="Copy whatever you write into: strided arrays and 0-d ones, too.")
    assert_unchanged(submission.relu, x, help="`x[x < 0] = 0` writes into the caller's array.")


@check("correctness")
def test_sigmoid(submission, rng):
    """sigmoid of moderate numbers, in arrays of any shape and memory layout."""
    for shape in [(40,), (3, 4, 5), (0,), (0, 3)]:
        x = rng.normal(0, 3, size=shape)
        assert_close(submission.sigmoid(x), sigmoid(x), help="1 / (1 + exp(-x)) for each element.")
    x = rng.normal(0, 3, size=(6, 8))
    for actual, wanted in zip(unpack(submission.probe.layouts("sigmoid", x), 4), views(sigmoid, x), strict=True):
        assert_close(actual, wanted, help="Do not assume that an array lies in memory row by row.")
    for actual in unpack(submission.probe.twice("sigmoid", x), 2):
        assert_close(actual, sigmoid(x), help="The first call has to leave the array alone.")
    for after, wanted in zip(unpack(submission.probe.left_alone("sigmoid", x), 5), given(x), strict=True):
        assert_close(after, wanted, help="Copy whatever you write into: strided arrays and 0-d ones, too.")


@check("stability", points=3, help="exp overflows for large arguments: let it see only -|x|, on each side in its form.")
def test_sigmoid_of_large_numbers(submission, rng):
    """sigmoid between -10,000 and 10,000, without a warning."""
    x = rng.permutation(np.concatenate([rng.uniform(-1e4, 1e4, 20), rng.normal(0, 3, 20), [-1e4, 1e4]]))
    for dtype in TOLERANCE:
        given = x.astype(dtype)
        advice = "np.where evaluates both of its branches, so it protects neither: exponentiate -|x|."
        assert_close(submission.sigmoid(given), sigmoid(given), dtype=dtype, tol=TOLERANCE[dtype], help=advice)


@check("stability")
def test_sigmoid_tails(submission, rng):
    """sigmoid keeps its digits on the left, to a relative 1e-12 down to -700, and is 0 and 1 at the infinities."""
    x = rng.permutation(np.concatenate([rng.uniform(-700, -20, 30), rng.uniform(-20, 0, 10), [-700.0]]))
    advice = "Where x is negative, exp(x) / (1 + exp(x)) keeps every digit; do not clip, do not subtract from 1."
    assert_close(submission.sigmoid(x), sigmoid(x), tol=1e-12, relative=True, help=advice)
    for dtype in ("float64", "float32"):
        x = rng.permutation(np.append(rng.normal(0, 3, size=6), [np.inf, -np.inf])).astype(dtype)
        assert_close(submission.sigmoid(x), sigmoid(x), tol=TOLERANCE[dtype], help="No inf / inf, no inf * 0.")
        advice = "sigmoid(-inf) is exactly 0: do not clip it to a large finite number."
        assert_close(submission.sigmoid(x[x == -np.inf]), np.zeros(1), small=True, help=advice)


@check("correctness")
def test_softmax_of_a_vector(submission, rng):
    """softmax of a vector of moderate scores; a score of -inf has probability exactly 0."""
    x = rng.normal(0, 2, size=9)
    assert_close(submission.softmax(x), softmax(x), help="exp of each over their sum; add nothing to the sum.")
    masked = np.append(x, [-np.inf, -np.inf])[rng.permutation(11)]
    actual = submission.softmax(masked)
    assert_close(actual, softmax(masked), help="exp(-inf) is 0 by itself; -inf needs no special case.")
    zero = as_array(actual)[masked == -np.inf]
    assert_true(bool(np.all(zero == 0)), "a masked score has a probability above 0", help="Neither clip nor replace.")
    for actual, wanted in zip(unpack(submission.probe.strided("softmax", x), 2), (x[::-1], x[1::3]), strict=True):
        assert_close(actual, softmax(wanted), help="Do not assume that an array is contiguous.")
    for actual in unpack(submission.probe.twice("softmax", x), 2):
        assert_close(actual, softmax(x), help="The first call has to leave the array alone.")


@check("correctness", points=3)
def test_softmax_along_an_axis(submission, rng):
    """softmax along any axis of matrices and stacks, each slice for itself."""
    advice = "Sum along `axis`, with keepdims=True; where you subtract a maximum, each slice needs its own."
    for shape in [(4, 7), (5, 5), (3, 4, 5), (2, 3, 2, 3)]:
        x = rng.normal(0, 2, size=shape)
        for axis in range(-len(shape), len(shape)):
            assert_close(submission.softmax(x, axis=axis), softmax(x, axis), help=advice)
        assert_close(submission.softmax(x), softmax(x), help=advice)
    levels = rng.permutation([-690.0, 690.0, 0.0, 690.0, -690.0])
    base = rng.normal(size=(5, 6))
    assert_close(submission.softmax(base + levels[:, None]), softmax(base), tol=1e-9, help=advice)
    assert_close(submission.softmax((base + levels[:, None]).T, 0), softmax(base).T, tol=1e-9, help=advice)
    x = rng.normal(0, 2, size=(6, 8))
    for actual, wanted in zip(unpack(submission.probe.layouts("softmax", x), 4), views(softmax, x), strict=True):
        assert_close(actual, wanted, help=advice)
    for after, wanted in zip(unpack(submission.probe.left_alone("softmax", x), 5), given(x), strict=True):
        assert_close(after, wanted, help="Copy whatever you write into: strided arrays and 0-d ones, too.")


@check("stability", points=3, help="Subtract the largest score of the slice before you exponentiate.")
def test_softmax_of_large_scores(submission, rng):
    """softmax of scores of ±10,000 is finite and right, without a warning."""
    x = rng.normal(0, 2, size=7)
    spread = rng.permutation(np.append(rng.uniform(-1e4, 1e4, 6), [-1e4, 1e4]))
    masked = np.array([-1e4, -np.inf, -1e4 + 1])
    for dtype in ("float64", "float32"):
        for given in [(x + level).astype(dtype) for level in (1e4, -1e4, 800)] + [spread.astype(dtype), masked]:
            advice = "A shift changes nothing, and with the largest score at 0 the sum is at least 1."
            assert_close(submission.softmax(given), softmax(given), tol=FAR_OUT[dtype], help=advice)


@check("contract")
def test_dtypes(submission, rng):
    """sigmoid and softmax keep the dtype of floats; lists, integers and booleans count as float64."""
    whole = rng.integers(-5, 6, size=7)
    others = [whole, whole.astype(np.int8), np.abs(whole).astype(np.uint8), whole > 0, whole.tolist(), []]
    for function, oracle in ((submission.sigmoid, sigmoid), (submission.softmax, softmax)):
        for dtype in TOLERANCE:
            x = rng.normal(size=6).astype(dtype)
            advice = "Compute in the input's dtype, or cast back to it before you return."
            assert_close(function(x), oracle(x), dtype=dtype, help=advice)
        for x in others:
            wanted = oracle(x) if len(x) else np.empty(0)
            assert_close(function(x), wanted, dtype="float64", help="Convert what is not floating to float64 first.")


@check("contract")
def test_single_numbers(submission, rng):
    """sigmoid and softmax of a single number have no axes and the number's dtype."""
    for x, dtype in numbers(rng):
        advice = "A NumPy scalar or a 0-d array: shape (), and a dtype."
        assert_close(submission.sigmoid(x), sigmoid(x), dtype=dtype, help=advice)
        assert_close(submission.softmax(x), np.float64(1), dtype=dtype, help=advice)


@check("contract")
def test_empty(submission, rng):
    """sigmoid and softmax of nothing are empty and of the same shape, also where softmax's axis has length 0."""
    rows = int(rng.integers(2, 6))
    for shape in [(0,), (0, rows), (rows, 0), (2, 0, rows)]:
        x = np.empty(shape, dtype="float32")
        assert_close(submission.sigmoid(x), x, dtype="float32", help="No element, nothing to do.")
        for axis in range(len(shape)):
            advice = "The maximum of nothing is an error in NumPy unless you name an initial value."
            assert_close(submission.softmax(x, axis=axis), x, dtype="float32", help=advice)


@check("contract", testimony=True)
def test_side_effects(submission, rng):
    """Prints nothing and changes neither an argument nor a global setting."""
    x = rng.normal(size=5)
    value = assert_unchanged(submission.sigmoid, x)
    assert_close(value, sigmoid(x))
    assert_unchanged(submission.softmax, x)
    assert_unchanged(submission.relu, rng.normal())


@check("rules")
def test_rules(submission, rng):
    """Uses NumPy and the standard library only."""
    assert_shape(submission.softmax(rng.normal(size=3)), (3,))
    assert_rules(submission)
