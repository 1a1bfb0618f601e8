"""Hidden checks of `softmax`. The oracles work in float64, on the numbers that the candidate got."""

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


def oracle(x, axis=-1):
    """By way of the logarithm of the total, then normalised once more, which takes that logarithm's rounding out."""
    x = np.asarray(x, dtype=np.float64)
    shares = np.exp(x - np.logaddexp.reduce(x, axis=axis, keepdims=True))
    return shares / shares.sum(axis=axis, keepdims=True)


def definition(x):
    """For scores of moderate size, along the last axis; quick enough for large arrays."""
    powers = np.exp(x.astype(np.float64))
    return powers / powers.sum(axis=-1, keepdims=True)


@check("correctness", points=2)
def test_last_axis(submission, rng):
    """Scores along the last axis become probabilities: exp of each over the sum of exp."""
    for shape in [(6,), (4, 7), (5, 5), (3, 4, 6)]:
        scores = rng.normal(0, 2, size=shape)
        assert_close(
            submission.softmax(scores),
            oracle(scores),
            help="Divide by the sum along the axis, with that axis kept (keepdims), and add nothing to the sum.",
        )


@check("correctness", points=2)
def test_any_axis(submission, rng):
    """Every axis of arrays with up to four of them, counted from the front or from the back."""
    scores = rng.normal(0, 2, size=(3, 4, 5))
    for axis in (0, 1, 2, -1, -2, -3):
        assert_close(
            submission.softmax(scores, axis=axis),
            oracle(scores, axis),
            help="Use `axis` in the maximum and in the sum alike.",
        )
    blocks = rng.normal(0, 2, size=(2, 3, 3, 3))
    assert_close(submission.softmax(blocks, 1), oracle(blocks, 1), help="`axis` may also be given by position.")


@check("contract")
def test_dtype_kept(submission, rng):
    """float16, float32 and float64 scores give probabilities of the same dtype."""
    for dtype in ("float16", "float32", "float64"):
        scores = rng.normal(size=(5, 6)).astype(dtype)
        assert_close(
            submission.softmax(scores, axis=0),
            oracle(scores, 0),
            dtype=dtype,
            help="Compute in the input's dtype, or cast back to it before you return.",
        )
    nothing = np.empty((0, 3), dtype="float32")
    assert_close(submission.softmax(nothing), nothing, dtype="float32", help="An early return keeps the dtype too.")


@check("contract")
def test_no_floats(submission, rng):
    """Lists, integers of any width and booleans count as float64."""
    whole = rng.integers(-3, 4, size=(3, 5))
    drawn = [
        whole.tolist(),
        rng.normal(size=(2, 3)).tolist(),
        whole,
        whole.astype(np.int8),
        (whole + 3).astype(np.uint8),
        whole > 0,
        (whole > 0).tolist(),
    ]
    for scores in drawn:
        assert_close(
            submission.softmax(scores),
            oracle(scores),
            dtype="float64",
            help="Convert to float64 before you subtract: unsigned integers wrap around, and exp(int8) is float16.",
        )


@check("contract")
def test_single_number(submission, rng):
    """A single number has the softmax 1, with no axes and the number's dtype."""
    number = rng.normal()
    for score, dtype in [(number, "float64"), (int(rng.integers(1, 9)), "float64"), (np.float32(number), "float32")]:
        assert_close(
            submission.softmax(score),
            np.float64(1),
            dtype=dtype,
            help="NumPy's reductions accept axis -1 on a 0-d array; what shuffles axes about does not.",
        )
    assert_close(submission.softmax(np.array(number)), np.float64(1), dtype="float64")


@check("contract")
def test_empty(submission, rng):
    """Empty input gives an empty result of its shape, also where the axis has length 0."""
    rows = int(rng.integers(2, 6))
    for shape, axis in [((0, rows), -1), ((rows, 0), 0), ((0,), -1), ((rows, 0), -1), ((2, 0, rows), 1)]:
        assert_close(
            submission.softmax(np.empty(shape), axis=axis),
            np.empty(shape),
            help="The maximum of nothing is an error in NumPy unless you name an initial value.",
        )
    for nothing in ([], np.empty((0, rows), dtype=int)):
        advice = "An empty list and an empty array of integers count as float64."
        assert_close(submission.softmax(nothing), np.empty(np.shape(nothing)), dtype="float64", help=advice)


@check("contract")
def test_memory_layout(submission, rng):
    """Transposed, Fortran-ordered, reversed and strided arrays give what their values say."""
    x = rng.normal(0, 2, size=(6, 8))
    expected = [oracle(x.T), oracle(x, 0), oracle(x[::-1, ::-1]), oracle(x[::2, 1::3]), oracle(x.reshape(2, 3, 8).T)]
    for actual, wanted in zip(unpack(submission.probe.layouts(x), 5), expected, strict=True):
        assert_close(actual, wanted, help="Do not assume that an array lies in memory row by row.")


@check("contract")
def test_scores_reusable(submission, rng):
    """The softmax down the columns, then along the rows of the same array: the first leaves the scores alone."""
    x = rng.normal(0, 3, size=(4, 5))
    columns, rows = unpack(submission.probe.both_axes(x), 2)
    assert_close(columns, oracle(x, 0))
    assert_close(rows, oracle(x, 1), help="`x -= …` and `out=x` write into the caller's array.")
    views = [x.T, x, x[::-1, ::-1], x[::2, 1::3], x[0, 0]]
    for after, wanted in zip(unpack(submission.probe.left_alone(x), 5), views, strict=True):
        assert_close(after, wanted, help="Copy whatever you write into: strided arrays and 0-d ones, too.")


@check("stability", points=2, help="exp(10000) overflows. Subtract the largest score before you exponentiate.")
def test_large_scores(submission, rng):
    """Scores between -10,000 and 10,000 give finite probabilities, without a warning."""
    scores = rng.uniform(-1e4, 1e4, size=(5, 9))
    top = rng.permuted(np.tile(np.arange(9), (5, 1)), axis=1)[:, :3]
    np.put_along_axis(scores, top, 1e4 - rng.uniform(0, 3, size=(5, 3)), axis=1)  # several that matter in each row
    for dtype in ("float64", "float32"):
        given = scores.astype(dtype)
        assert_close(
            submission.softmax(given),
            oracle(given),
            tol=FAR_OUT[dtype],
            help="exp(10000) overflows. Subtract the largest score before you exponentiate.",
        )


@check(
    "stability",
    help="Softmax does not change when every score is shifted: subtract each slice's own largest score first.",
)
def test_shifted_slices(submission, rng):
    """Adding a constant to all scores of a slice changes nothing, whatever constant each slice gets."""
    base = rng.integers(-4096, 4097, size=(6, 5)) / 1024
    levels = rng.permutation([-9000, -5000, -1000, 1000, 5000, 9000]) + rng.integers(-500, 501, size=6)
    for dtype in ("float64", "float32"):  # the sums are exact in both
        shifted = (base + levels[:, np.newaxis]).astype(dtype)
        advice = "Subtract each slice's own largest score: not that of the whole array, nor the largest magnitude."
        assert_close(submission.softmax(shifted), oracle(base), tol=FAR_OUT[dtype], help=advice)
        assert_close(submission.softmax(shifted.T, axis=0), oracle(base).T, tol=FAR_OUT[dtype], help=advice)


@check(
    "stability",
    help="With the largest finite score subtracted, exp(-inf) is 0 by itself and the sum is at least 1.",
)
def test_masked_scores(submission, rng):
    """A score of -inf has probability exactly 0, and the rest share what there is."""
    scores = rng.normal(0, 2, size=(6, 7))
    masked = rng.random(scores.shape) < 0.5
    kept = rng.integers(7, size=6)
    masked[np.arange(6), kept] = False
    masked[np.arange(6), (kept + 1) % 7] = True
    scores[masked] = -np.inf
    one_left = np.where(np.arange(7) == kept[0], -1e4, -np.inf)
    for given in (scores, scores.astype("float32"), one_left):
        masked = given == -np.inf
        actual = submission.softmax(given)
        assert_close(
            actual,
            oracle(given),
            tol=TOLERANCE[given.dtype.name],
            help="exp(-inf) is 0 by itself; -inf needs no special case.",
        )
        assert_true(
            bool(np.all(as_array(actual)[masked] == 0)),
            "a masked entry has a probability that is small but not 0",
            help="Neither replace -inf by a finite score nor clip the exponents nor add a constant to the result.",
        )


@check("contract", testimony=True)
def test_side_effects(submission, rng):
    """Prints nothing and changes neither its argument nor a global setting."""
    assert_unchanged(submission.softmax, rng.normal(size=(3, 4)))
    assert_unchanged(submission.softmax, rng.normal(size=(3, 4)).astype("float32"), axis=0)
    assert_unchanged(submission.softmax, rng.normal(size=(3, 1)))


@check("rules")
def test_rules(submission, rng):
    """Uses NumPy and the standard library only."""
    assert_shape(submission.softmax(rng.normal(size=(2, 3))), (2, 3))
    assert_rules(submission)


@check("speed", points=2, depends_on="test_last_axis")
def test_speed(submission, rng, clock):
    """Handles float32 scores of shape (65536, 64) in at most 3 times the reference's time."""
    clock.assert_ratio(
        "softmax",
        lambda scale=1: (rng.standard_normal((int(65536 * scale), 64), dtype=np.float32),),
        verify=lambda actual, x: assert_close(actual, definition(x), tol=1e-5),
        help="Work on the whole array at once; a loop over rows pays for the interpreter 65,536 times.",
    )
