"""Hidden checks of `activation_gradients`. The oracles work in float64, on the numbers that the candidate got."""

import numpy as np

from etude.grading import (
    assert_close,
    assert_gradient,
    assert_rules,
    assert_shape,
    assert_unchanged,
    check,
    unpack,
)

ELEMENT_WISE = {"float16": 1e-2, "float32": 1e-6, "float64": 1e-12}
PRODUCT = {"float16": 1e-2, "float32": 1e-5, "float64": 1e-10}


def relu(x):
    return np.maximum(x, 0.0)


def sigmoid(x):
    return np.exp(-np.logaddexp(0.0, -np.asarray(x, dtype=np.float64)))


def softmax(x):
    x = np.asarray(x, dtype=np.float64)
    shares = np.exp(x - np.logaddexp.reduce(x, axis=-1, keepdims=True))
    return shares / shares.sum(axis=-1, keepdims=True)


def relu_slope(x):
    return np.heaviside(np.asarray(x, dtype=np.float64), 0.0)


def sigmoid_slope(x):
    return sigmoid(x) * sigmoid(np.negative(x, dtype=np.float64))


def tanh_slope(x):
    """The square of the hyperbolic secant, 4 s(2x) s(-2x)."""
    return 4 * sigmoid_slope(2 * np.asarray(x, dtype=np.float64))


SLOPES = {"relu_grad": relu_slope, "sigmoid_grad": sigmoid_slope, "tanh_grad": tanh_slope}


def vjp(x, grad_output):
    """By way of each row's full Jacobian, diag(s) - s sᵀ."""
    s = softmax(x)
    jacobian = s[..., np.newaxis] * np.eye(s.shape[-1]) - s[..., :, np.newaxis] * s[..., np.newaxis, :]
    return (jacobian @ np.asarray(grad_output, dtype=np.float64)[..., np.newaxis])[..., 0]


def wide_vjp(x, grad_output):
    """For rows too wide for a Jacobian and scores of moderate size: the quotient rule, unsimplified."""
    powers = np.exp(x)
    total = powers.sum(axis=-1, keepdims=True)
    weighted = (powers * grad_output).sum(axis=-1, keepdims=True)
    return (powers * grad_output * total - powers * weighted) / total**2


@check("correctness")
def test_relu(submission, rng):
    """The ReLU's derivative is 1 where x is positive, however small, and 0 where it is negative."""
    x = np.concatenate([rng.normal(0, 3, 20), rng.choice([-1, 1], 20) * 10.0 ** rng.uniform(-300, -1, 20)])
    assert_close(submission.relu_grad(x), relu_slope(x), tol=1e-12, help="A step: 1 for x > 0, 0 for x < 0.")


@check("correctness")
def test_relu_at_zero(submission, rng):
    """The ReLU's derivative at 0 is 0."""
    x = rng.permutation(np.concatenate([rng.normal(0, 3, 12), [0.0, 0.0, -0.0]]))
    assert_close(submission.relu_grad(x), relu_slope(x), tol=1e-12, help="At 0 itself we agree on 0: compare strictly.")


@check("correctness")
def test_sigmoid(submission, rng):
    """The sigmoid's derivative at x, to 1e-12."""
    x = rng.normal(0, 3, size=(5, 8))
    assert_close(
        submission.sigmoid_grad(x),
        sigmoid_slope(x),
        tol=1e-12,
        help="With s = sigmoid(x) it is s (1 - s): x comes in, not s, and a difference quotient is not exact enough.",
    )


@check("correctness")
def test_tanh(submission, rng):
    """The derivative of tanh at x, to 1e-12."""
    x = rng.normal(0, 1.5, size=(5, 8))
    assert_close(
        submission.tanh_grad(x),
        tanh_slope(x),
        tol=1e-12,
        help="With t = tanh(x) it is 1 - t²: x comes in, not t, and a difference quotient is not exact enough.",
    )


@check("correctness", points=2)
def test_softmax_row(submission, rng):
    """softmax_vjp of a single row of scores; where the row is a single score, nothing moves."""
    for scores in (7, 1):
        x, grad_output = rng.normal(size=(2, scores))
        assert_close(
            submission.softmax_vjp(x, grad_output),
            vjp(x, grad_output),
            help="Every score moves every probability: ds_i/dx_j = s_i (1 if i == j else 0) - s_i s_j.",
        )


@check("correctness")
def test_softmax_rows(submission, rng):
    """softmax_vjp of rows of scores, with one to three leading axes: each row by itself."""
    for shape in [(4, 7), (5, 5), (3, 1), (2, 3, 4), (2, 1, 3, 5)]:
        x, grad_output = rng.normal(size=(2, *shape))
        assert_close(
            submission.softmax_vjp(x, grad_output),
            vjp(x, grad_output),
            help="Sums run over the last axis only, with that axis kept, whatever stands before it.",
        )


@check("gradient")
def test_slopes_by_differences(submission, rng):
    """The three derivatives agree with central differences of the functions."""
    x = rng.choice([-1, 1], size=(3, 4)) * rng.uniform(0.1, 2.5, size=(3, 4))
    for name, function in [("relu_grad", relu), ("sigmoid_grad", sigmoid), ("tanh_grad", np.tanh)]:
        assert_gradient(
            lambda points, function=function: function(points).reshape(len(points), -1).sum(axis=1),
            x,
            getattr(submission, name)(x),
            expected=SLOPES[name](x),
            help=f"Compare {name}(x) with (f(x + h) - f(x - h)) / 2h for a small h yourself.",
        )


@check("gradient", points=2)
def test_product_by_differences(submission, rng):
    """softmax_vjp agrees with central differences of sum(softmax(x) * grad_output)."""
    x, grad_output = rng.normal(size=(2, 3, 5))
    assert_gradient(
        lambda points: (softmax(points) * grad_output).reshape(len(points), -1).sum(axis=1),
        x,
        submission.softmax_vjp(x, grad_output),
        expected=vjp(x, grad_output),
        help="Vary one score by a small h and see how the sum changes: that is one entry of the gradient.",
    )


@check("contract")
def test_dtype_kept(submission, rng):
    """float16, float32 and float64 come back as what they were, at their accuracy."""
    advice = "Compute in the dtype of the input: comparisons give booleans, np.where of plain numbers float64."
    for dtype in ("float16", "float32", "float64"):
        x, grad_output = rng.normal(size=(2, 4, 6)).astype(dtype)
        for name, slope in SLOPES.items():
            actual = getattr(submission, name)(x)
            assert_close(actual, slope(x), dtype=dtype, tol=ELEMENT_WISE[dtype], help=advice)
        actual = submission.softmax_vjp(x, grad_output)
        assert_close(actual, vjp(x, grad_output), dtype=dtype, tol=PRODUCT[dtype], help=advice)
    advice, nothing = "Empty input keeps its dtype too.", np.empty((0, 3), dtype="float32")
    for name in SLOPES:
        assert_close(getattr(submission, name)(nothing), nothing, dtype="float32", help=advice)
    assert_close(submission.softmax_vjp(nothing, nothing), nothing, dtype="float32", help=advice)


@check("contract")
def test_two_dtypes(submission, rng):
    """Where x and grad_output are floats of two kinds, softmax_vjp has the wider one, also of nothing."""
    advice = "The result's dtype is np.result_type(x, grad_output)."
    pairs = [("float32", "float64"), ("float64", "float32"), ("float16", "float32"), ("float32", "float16")]
    for first, second in pairs:
        x, grad_output = rng.normal(size=(2, 4, 6))
        x, grad_output = x.astype(first), grad_output.astype(second)
        assert_close(
            submission.softmax_vjp(x, grad_output),
            vjp(x, grad_output),
            dtype=np.result_type(x, grad_output).name,
            tol=max(PRODUCT[first], PRODUCT[second]),
            help=advice,
        )
        actual = submission.softmax_vjp(x[:0], grad_output[:0])
        assert_close(actual, np.empty((0, 6)), dtype=np.result_type(x, grad_output).name, help=advice)


@check("contract")
def test_no_floats(submission, rng):
    """Lists, integers of any width and booleans count as float64."""
    advice = "Convert to float64 before anything else: small and unsigned integers wrap around, exp(int8) is float16."
    whole = rng.integers(-4, 5, size=(3, 5))
    unsigned = (whole + 4).astype(np.uint8)
    for x in [whole.tolist(), rng.normal(size=(2, 3)).tolist(), whole, whole.astype(np.int8), unsigned, whole > 0]:
        for name, slope in SLOPES.items():
            assert_close(getattr(submission, name)(x), slope(x), dtype="float64", tol=1e-12, help=advice)
        grad_output = rng.integers(-4, 5, size=np.shape(x))
        for g in (grad_output.tolist(), grad_output.astype(np.int8), rng.normal(size=np.shape(x))):
            assert_close(submission.softmax_vjp(x, g), vjp(x, g), dtype="float64", help=advice)


@check("contract")
def test_single_number(submission, rng):
    """A single number gives its derivative as a single number of its dtype."""
    for sign in (1, -1):
        number = sign * rng.uniform(0.5, 2)
        given = [number, sign * int(rng.integers(1, 4)), np.array(number), np.float32(number)]
        for name, slope in SLOPES.items():
            for x, dtype in zip(given, ["float64", "float64", "float64", "float32"], strict=True):
                assert_close(
                    getattr(submission, name)(x),
                    slope(x),
                    dtype=dtype,
                    tol=ELEMENT_WISE[dtype],
                    help="A NumPy scalar or a 0-d array: shape (), and a dtype.",
                )


@check("contract")
def test_empty(submission, rng):
    """Empty input gives an empty result of its shape, also where the last axis has length 0."""
    rows = int(rng.integers(2, 6))
    for shape in [(0,), (0, rows), (rows, 0), (2, 0, rows)]:
        nothing = np.empty(shape)
        for name in SLOPES:
            assert_close(getattr(submission, name)(nothing), nothing, help="No element, nothing to do.")
        advice = "The maximum of nothing is an error in NumPy unless you name an initial value."
        assert_close(submission.softmax_vjp(nothing, nothing), nothing, help=advice)
    for nothing in ([], np.empty((0, rows), dtype=int)):
        advice, expected = "An empty list and an empty array of integers count as float64.", np.empty(np.shape(nothing))
        for name in SLOPES:
            assert_close(getattr(submission, name)(nothing), expected, dtype="float64", help=advice)
        assert_close(submission.softmax_vjp(nothing, nothing), expected, dtype="float64", help=advice)


@check("contract")
def test_memory_layout(submission, rng):
    """Transposed, Fortran-ordered, reversed and strided arrays give what their values say."""
    x, g = rng.normal(size=(2, 6, 8))
    advice = "Do not assume that an array lies in memory row by row."
    for name, slope in SLOPES.items():
        wanted = slope(x)
        expected = [wanted.T, wanted, wanted[::-1, ::-1], wanted[::2, 1::3]]
        for actual, each in zip(unpack(submission.probe.layouts(name, x), 4), expected, strict=True):
            assert_close(actual, each, tol=1e-12, help=advice)
    expected = [vjp(x.T, g.T), vjp(x, g), vjp(x[::-1, ::-1], g[::-1, ::-1]), vjp(x[::2, 1::3], g[::2, 1::3])]
    for actual, each in zip(unpack(submission.probe.layouts("softmax_vjp", x, g), 4), expected, strict=True):
        assert_close(actual, each, help=advice)


@check("contract")
def test_arguments_reusable(submission, rng):
    """All four functions of the same arrays, one after another: no call changes what the next one sees."""
    first, second = rng.normal(size=(2, 4, 5))
    rounds = [(first, second), (second.T, first.T)]
    for each_round, (x, g) in zip(unpack(submission.probe.all_in_turn(first, second), 2), rounds, strict=True):
        expected = [relu_slope(x), sigmoid_slope(x), tanh_slope(x), vjp(x, g)]
        for actual, wanted in zip(unpack(each_round, 4), expected, strict=True):
            assert_close(actual, wanted, help="`x -= …`, `x[…] = …` and `out=x` write into the caller's array.")
    advice = "Copy whatever you write into: strided arrays and 0-d ones, too."
    *given, number = unpack(submission.probe.left_alone(first, second), 5)
    assert_close(number, first[0, 0], help=advice)
    layouts = [lambda a: a.T, lambda a: a, lambda a: a[::-1, ::-1], lambda a: a[::2, 1::3]]
    for views, layout in zip(given, layouts, strict=True):
        for after, wanted in zip(unpack(views, 2), (first, second), strict=True):
            assert_close(after, layout(wanted), help=advice)


@check("stability", help="exp and cosh overflow long before 10,000: let exp see only -|x|, and use symmetry.")
def test_large_inputs(submission, rng):
    """The three derivatives for numbers between -10,000 and 10,000, without a warning."""
    x = rng.permutation(np.concatenate([rng.uniform(-1e4, 1e4, 20), rng.normal(0, 2, 20), [-1e4, 1e4]]))
    for dtype in ("float64", "float32"):
        given = x.astype(dtype)
        for name, slope in SLOPES.items():
            assert_close(
                getattr(submission, name)(given),
                slope(given),
                tol=ELEMENT_WISE[dtype],
                help="exp and cosh overflow where the derivative is 0; exponentiate -|x|, or use tanh.",
            )
    for name, slope in SLOPES.items():
        for number in (-1e4, 1e4):
            advice = "A single number may be as large as those in arrays."
            assert_close(getattr(submission, name)(number), slope(number), tol=1e-12, help=advice)


@check("stability", help="Subtract the largest score of each row before you exponentiate.")
def test_large_scores(submission, rng):
    """softmax_vjp of scores between -10,000 and 10,000, without a warning."""
    scores = rng.uniform(-1e4, 1e4, size=(6, 9))
    top = rng.permuted(np.tile(np.arange(9), (6, 1)), axis=1)[:, :3]
    levels = rng.permutation([-9000, -5000, -1000, 1000, 5000, 9000])[:, np.newaxis]
    scores = np.minimum(scores, levels)
    near_the_top = levels + rng.integers(0, 3072, size=(6, 3)) / 1024  # several that matter in each row
    np.put_along_axis(scores, top, near_the_top, axis=1)
    grad_output = rng.normal(size=(6, 9))
    for dtype, shape in [("float64", (6, 9)), ("float32", (6, 9)), ("float64", (2, 3, 9))]:
        x, g = scores.astype(dtype).reshape(shape), grad_output.astype(dtype).reshape(shape)
        assert_close(
            submission.softmax_vjp(x, g),
            vjp(x, g),
            tol=PRODUCT[dtype],
            help="Subtract each row's own largest score before you exponentiate.",
        )


@check("contract", testimony=True)
def test_side_effects(submission, rng):
    """Prints nothing and changes neither its arguments nor a global setting."""
    x, g = rng.normal(size=(2, 3, 4))
    for name in SLOPES:
        assert_unchanged(getattr(submission, name), x)
    assert_unchanged(submission.softmax_vjp, x, g)


@check("rules")
def test_rules(submission, rng):
    """Uses NumPy and the standard library only."""
    x, g = rng.normal(size=(2, 3, 4))
    for name in SLOPES:
        assert_shape(getattr(submission, name)(x), (3, 4))
    assert_shape(submission.softmax_vjp(x, g), (3, 4))
    assert_rules(submission)


@check("speed", points=2, depends_on=("test_softmax_row", "test_softmax_rows"))
def test_speed(submission, rng, clock):
    """softmax_vjp handles float64 of shape (64, 4096) in at most 3 times the reference's time."""
    clock.assert_ratio(
        "softmax_vjp",
        lambda scale=1: tuple(rng.standard_normal((2, int(64 * scale), 4096))),
        verify=lambda actual, x, grad_output: assert_close(actual, wide_vjp(x, grad_output)),
        help="s * (g - sum(s * g)) needs no matrix: O(C) for each row, and all rows at once.",
    )
