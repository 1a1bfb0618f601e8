"""Hidden checks of `tanh`. The oracle uses Python's own floats, on the numbers that the candidate got."""

import ast
import math

import numpy as np

from etude.grading import assert_close, assert_rules, assert_shape, assert_true, assert_unchanged, check, unpack

TOLERANCE = {"float16": 1e-2, "float32": 1e-6, "float64": 1e-12}


def oracle(x):
    x = np.asarray(x, dtype=np.float64)
    return np.array([math.tanh(number) for number in x.ravel().tolist()], dtype=np.float64).reshape(x.shape)


def assert_tanh(actual, x, dtype, **options):
    assert_close(actual, oracle(x), dtype=dtype, tol=TOLERANCE[dtype], **options)


@check("correctness", points=2)
def test_values(submission, rng):
    """Each number x becomes tanh(x), to 1e-12."""
    for scale in (0.05, 1.0, 5.0):
        x = rng.normal(0, scale, size=40)
        advice = "(1 - e) / (1 + e) with e = exp(-2|x|), and the sign of x; add nothing to the denominator."
        assert_close(submission.tanh(x), oracle(x), tol=1e-12, help=advice)


@check("correctness", depends_on="test_values")
def test_odd(submission, rng):
    """tanh(-x) is -tanh(x), and tanh(0) is 0."""
    x = np.append(rng.normal(0, 2, size=20), 0.0)
    there, back = submission.tanh(x), submission.tanh(-x)
    advice = "Take care of the sign once: np.sign and np.copysign also know what to do with 0."
    assert_close(there, oracle(x), tol=1e-12, help=advice)
    assert_close(back, -oracle(x), tol=1e-12, help=advice)


@check("correctness")
def test_any_shape(submission, rng):
    """Arrays of one to five axes, element by element."""
    for shape in [(1,), (7, 1), (3, 4, 5), (2, 1, 3, 2, 2)]:
        x = rng.normal(0, 2, size=shape)
        advice = "Nothing in an element-wise function depends on the shape."
        assert_close(submission.tanh(x), oracle(x), tol=1e-12, help=advice)


@check("contract")
def test_dtype_kept(submission, rng):
    """float16, float32 and float64 come back as what they were, accurate to what the dtype can hold."""
    for dtype in ("float16", "float32", "float64"):
        x = rng.normal(0, 2, size=(6, 7)).astype(dtype)
        advice = "Compute in the input's dtype, or cast back to it before you return."
        assert_tanh(submission.tanh(x), x, dtype, help=advice)
    nothing = np.empty((0, 3), dtype="float32")
    assert_close(submission.tanh(nothing), nothing, dtype="float32", help="Empty input keeps its dtype too.")


@check("contract")
def test_no_floats(submission, rng):
    """Lists, integers of any width and booleans count as float64."""
    whole = rng.integers(-5, 6, size=(3, 5))
    unsigned = rng.integers(1, 6, size=6).astype(np.uint8)
    lowest = np.append(rng.integers(-9, 9, size=4), -128).astype(np.int8)
    for x in [whole.tolist(), rng.normal(size=(2, 3)).tolist(), whole, lowest, unsigned, whole > 0]:
        advice = "Convert to float64 first: negating unsigned integers wraps around, exp(int8) is float16."
        assert_tanh(submission.tanh(x), x, "float64", help=advice)


@check("contract")
def test_single_number(submission, rng):
    """A single number gives a single number of its dtype."""
    for sign in (1, -1):
        number = sign * rng.uniform(0.5, 3)
        whole = sign * int(rng.integers(1, 5))
        for x, dtype in [(number, "float64"), (whole, "float64"), (np.float32(number), "float32"), (True, "float64")]:
            assert_tanh(submission.tanh(x), x, dtype, help="A NumPy scalar or a 0-d array: shape (), and a dtype.")
        assert_tanh(submission.tanh(np.array(number)), number, "float64")


@check("contract")
def test_empty(submission, rng):
    """Empty input gives an empty result of its shape."""
    rows = int(rng.integers(2, 6))
    for shape in [(0,), (0, rows), (rows, 0, 2)]:
        assert_close(submission.tanh(np.empty(shape)), np.empty(shape), help="No element, nothing to do.")
    for nothing in ([], np.empty((0, rows), dtype=int)):
        advice = "An empty list and an empty array of integers count as float64."
        assert_close(submission.tanh(nothing), np.empty(np.shape(nothing)), dtype="float64", help=advice)


@check("contract")
def test_memory_layout(submission, rng):
    """Transposed, Fortran-ordered, reversed and strided arrays give what their values say."""
    x = rng.normal(0, 2, size=(6, 8))
    expected = [oracle(x.T), oracle(x), oracle(x[::-1, ::-1]), oracle(x[::2, 1::3])]
    for actual, wanted in zip(unpack(submission.probe.layouts(x), 4), expected, strict=True):
        assert_close(actual, wanted, tol=1e-12, help="Do not assume that an array lies in memory row by row.")


@check("correctness", depends_on="test_values")
def test_kept_apart(submission, rng):
    """Results are the candidate's own arrays: neither the input nor an earlier result changes with a later call."""
    x, other = rng.normal(0, 2, size=(2, 4, 5))
    before, result, second = unpack(submission.probe.kept_apart(x, other), 3)
    advice = "Write into a new array: `x *= …` and `out=x` write into the caller's."
    assert_close(before, x, help=advice)
    assert_close(result, oracle(x), help=advice)
    assert_close(second, oracle(other), help=advice)
    views = [x.T, x, x[::-1, ::-1], x[::2, 1::3], x[0, 0]]
    for after, wanted in zip(unpack(submission.probe.left_alone(x), 5), views, strict=True):
        assert_close(after, wanted, help="Copy whatever you write into: strided arrays and 0-d ones, too.")


@check("stability", points=2, help="exp overflows for large arguments: let it see only -2|x|.")
def test_large_inputs(submission, rng):
    """Numbers between -10,000 and 10,000 give finite, accurate values, without a warning."""
    x = rng.permutation(np.concatenate([rng.uniform(-1e4, 1e4, 20), rng.uniform(-30, 30, 40), [-1e4, 1e4, 5.5, -5.5]]))
    for dtype in TOLERANCE:
        given = x.astype(dtype)
        advice = "exp overflows on one side of each form, and np.where evaluates both: exponentiate -2|x|."
        assert_tanh(submission.tanh(given), given, dtype, help=advice)


@check("stability", help="exp(-inf) is 0 and exp(inf) is inf: take a form whose exponent is never positive.")
def test_infinities(submission, rng):
    """The tanh of inf is 1, that of -inf is -1, without a warning."""
    x = rng.normal(0, 2, size=12)
    where = rng.permutation(12)
    x[where[:3]], x[where[3:6]] = np.inf, -np.inf
    for dtype in TOLERANCE:
        given = x.astype(dtype)
        advice = "exp(-inf) is 0 without ado; inf / inf, inf - inf and inf * 0 are what must not occur."
        assert_tanh(submission.tanh(given), given, dtype, help=advice)


@check("contract", testimony=True, depends_on="test_values")
def test_side_effects(submission, rng):
    """Prints nothing and changes neither its argument nor a global setting."""
    assert_unchanged(submission.tanh, rng.normal(0, 2, size=(3, 4)))
    assert_unchanged(submission.tanh, rng.normal(0, 2, size=5).astype("float32"))


@check("rules", points=2, depends_on="test_values")
def test_rules(submission, rng):
    """No hyperbolic function, no complex number, and no library but NumPy."""
    assert_shape(submission.tanh(rng.normal(size=(2, 3))), (2, 3))
    assert_rules(submission)
    lines = [line for line, value in constants(ast.parse(submission.source)) if isinstance(value, complex)]
    assert_true(not lines, f"line {min(lines, default=0)}: a complex number", help="The real exponential will do.")


def constants(tree):
    """Line and value of each constant; for the name of a dtype, where one is asked for, a number of that dtype."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            yield node.lineno, node.value
        if isinstance(node, ast.Call):
            given = [word.value for word in node.keywords if word.arg == "dtype"]
            if getattr(node.func, "attr", None) in ("astype", "dtype"):
                given += node.args[:1]
            for name in given:
                if isinstance(name, ast.Constant) and isinstance(name.value, str) and is_complex(name.value):
                    yield name.lineno, 1j


def is_complex(name):
    try:
        return np.dtype(name).kind == "c"
    except Exception:
        return False
