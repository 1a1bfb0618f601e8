"""Hidden checks of `relu`. The oracle uses Python's own floats, on the numbers that the candidate got."""

import numpy as np

from etude.grading import assert_close, assert_rules, assert_shape, assert_unchanged, check, unpack


def oracle(x):
    x = np.asarray(x, dtype=np.float64)
    return np.array([0.0 if number < 0 else number for number in x.ravel().tolist()], dtype=np.float64).reshape(x.shape)


def draw(rng, shape):
    """Numbers of both signs and many sizes."""
    return rng.normal(size=shape) * 10 ** rng.uniform(-2, 1.5, size=shape)


@check("correctness", points=2)
def test_values(submission, rng):
    """Positive numbers stay, negative ones become 0."""
    for scale in (1e-7, 1e-4, 0.1, 3.0, 50.0):
        x = rng.normal(0, scale, size=40)
        advice = "max(x, 0) for each element, with no slope on the left and no ceiling on the right."
        assert_close(submission.relu(x), oracle(x), help=advice)


@check("correctness", help="Python's max and if want one truth value; compare element by element.")
def test_any_shape(submission, rng):
    """Arrays of one to five axes, element by element, zeros among them."""
    for shape in [(1,), (7, 1), (3, 4, 5), (2, 1, 3, 2, 2)]:
        x = draw(rng, shape)
        x[rng.random(shape) < 0.2] = 0.0
        assert_close(submission.relu(x), oracle(x), help="Nothing in an element-wise function depends on the shape.")


@check("contract")
def test_dtype_kept(submission, rng):
    """float16, float32 and float64 come back as what they were."""
    for dtype in ("float16", "float32", "float64"):
        x = rng.normal(size=(4, 5)).astype(dtype)
        advice = "Compute in the input's dtype, or cast back to it before you return."
        assert_close(submission.relu(x), oracle(x), dtype=dtype, help=advice)
    nothing = np.empty((0, 3), dtype="float32")
    assert_close(submission.relu(nothing), nothing, dtype="float32", help="Empty input keeps its dtype too.")


@check("contract")
def test_no_floats(submission, rng):
    """Lists, integers of any width and booleans count as float64."""
    whole = rng.integers(-5, 6, size=(3, 5))
    unsigned = rng.integers(1, 200, size=6).astype(np.uint8)
    lowest = np.append(rng.integers(-9, 9, size=4), -128).astype(np.int8)
    for x in [whole.tolist(), rng.normal(size=(2, 3)).tolist(), whole, lowest, unsigned, whole > 0]:
        advice = "Convert to float64 whatever is not floating, before anything else."
        assert_close(submission.relu(x), oracle(x), dtype="float64", help=advice)


@check("contract")
def test_single_number(submission, rng):
    """A single number gives a single number of its dtype."""
    for sign in (1, -1):
        number = sign * rng.uniform(0.5, 3)
        whole = sign * int(rng.integers(1, 5))
        for x, dtype in [(number, "float64"), (whole, "float64"), (np.float32(number), "float32"), (True, "float64")]:
            advice = "A NumPy scalar or a 0-d array: shape (), and a dtype."
            assert_close(submission.relu(x), oracle(x), dtype=dtype, help=advice)
        assert_close(submission.relu(np.array(number)), oracle(number), dtype="float64")


@check("contract")
def test_empty(submission, rng):
    """Empty input gives an empty result of its shape."""
    rows = int(rng.integers(2, 6))
    for shape in [(0,), (0, rows), (rows, 0, 2)]:
        assert_close(submission.relu(np.empty(shape)), np.empty(shape), help="No element, nothing to do.")
    for nothing in ([], np.empty((0, rows), dtype=int)):
        advice = "An empty list and an empty array of integers count as float64."
        assert_close(submission.relu(nothing), np.empty(np.shape(nothing)), dtype="float64", help=advice)


@check("contract")
def test_memory_layout(submission, rng):
    """Transposed, Fortran-ordered, reversed and strided arrays give what their values say."""
    x = draw(rng, (6, 8))
    expected = [oracle(x.T), oracle(x), oracle(x[::-1, ::-1]), oracle(x[::2, 1::3])]
    for actual, wanted in zip(unpack(submission.probe.layouts(x), 4), expected, strict=True):
        assert_close(actual, wanted, help="Do not assume that an array lies in memory row by row.")


@check("correctness", depends_on="test_values")
def test_kept_apart(submission, rng):
    """Results are the candidate's own arrays: neither the input nor an earlier result changes with a later call."""
    x, other = draw(rng, (4, 5)), draw(rng, (4, 5))
    before, result, second = unpack(submission.probe.kept_apart(x, other), 3)
    advice = "Write into a new array: `x[…] = …` and `out=x` write into the caller's."
    assert_close(before, x, help=advice)
    assert_close(result, oracle(x), help=advice)
    assert_close(second, oracle(other), help=advice)
    x[0, 0] = -abs(x[0, 0])
    views = [x.T, x, x[::-1, ::-1], x[::2, 1::3], x[0, 0]]
    for after, wanted in zip(unpack(submission.probe.left_alone(x), 5), views, strict=True):
        assert_close(after, wanted, help="Copy whatever you write into: strided arrays and 0-d ones, too.")


@check("stability", points=2, depends_on="test_values", help="NaN is a float like any other here: let it through.")
def test_nan(submission, rng):
    """NaN stays NaN, alone and among numbers, without a warning."""
    x = draw(rng, (5, 6))
    where = rng.permutation(30)[:8]
    x.ravel()[where] = np.nan
    x.ravel()[where[:4]] = -np.nan  # a NaN has a sign: that of 0 / 0 is negative on most machines
    for dtype in ("float64", "float32", "float16"):
        given = x.astype(dtype)
        advice = "A comparison with NaN is False: see to it that NaN is not where the zeros go."
        assert_close(submission.relu(given), oracle(given), dtype=dtype, help=advice)
    for alone in (float("nan"), -float("nan")):
        assert_close(submission.relu(alone), np.float64("nan"), dtype="float64")


@check("contract", testimony=True, depends_on="test_values")
def test_side_effects(submission, rng):
    """Prints nothing and changes neither its argument nor a global setting."""
    assert_unchanged(submission.relu, draw(rng, (3, 4)))
    assert_unchanged(submission.relu, draw(rng, 5).astype("float32"))


@check("rules")
def test_rules(submission, rng):
    """Uses NumPy and the standard library only."""
    assert_shape(submission.relu(rng.normal(size=(2, 3))), (2, 3))
    assert_rules(submission)
