"""Grader of `mlp_forward`: networks drawn in secret, against a second writing in float64."""

import itertools

import numpy as np

from etude.grading import (
    assert_close,
    assert_raises,
    assert_rules,
    assert_true,
    assert_type,
    assert_unchanged,
    check,
    unpack,
)

WHAT = "(output, activations)"


def draw(rng, widths, n=9, dtype="float64"):
    """x, weights and biases of about unit scale."""
    x = rng.normal(size=(n, widths[0])).astype(dtype)
    pairs = list(itertools.pairwise(widths))
    weights = [(rng.normal(size=pair) / np.sqrt(pair[0])).astype(dtype) for pair in pairs]
    biases = [rng.normal(0, 0.7, size=pair[1]).astype(dtype) for pair in pairs]
    return x, weights, biases


def oracle(x, weights, biases):
    """All activations, row by row, the bias as the weight of a constant input."""
    rows = []
    for row in np.asarray(x, dtype=np.float64):
        steps = [row]
        for depth, (w, b) in enumerate(zip(weights, biases, strict=True), start=1):
            z = np.append(steps[-1], 1.0) @ np.vstack([w, b]).astype(np.float64)
            steps.append(np.exp(-np.logaddexp(0.0, -z)) if depth == len(weights) else z.clip(min=0.0))
        rows.append(steps)
    return [np.array(layer) for layer in zip(*rows, strict=True)]


def output_of(value):
    return unpack(value, 2, what=WHAT)[0]


@check("correctness", points=2)
def test_one_layer(submission, rng):
    """A network of one layer is the sigmoid of x W + b."""
    for widths in [(4, 3), (3, 3), (5, 1)]:
        given = draw(rng, widths)
        advice = "The last layer, which here is the only one, has a sigmoid and no ReLU."
        assert_close(output_of(submission.mlp_forward(*given)), oracle(*given)[-1], help=advice)


@check("correctness", points=2)
def test_output(submission, rng):
    """Deeper networks: ReLU after every layer but the last, then the sigmoid."""
    advice = "a @ W + b for each layer in turn; the ReLU comes after the bias, and never behind the last layer."
    for widths, scale in [((4, 6, 3), 1.0), ((5, 5, 5, 5), 1.0), ((3, 8, 7, 4, 2), 1.0), ((4, 6, 3), 1e-4)]:
        x, weights, biases = draw(rng, widths)
        given = x, [scale * weights[0], *weights[1:]], [scale * biases[0], *biases[1:]]
        assert_close(output_of(submission.mlp_forward(*given)), oracle(*given)[-1], help=advice)


@check("correctness", points=2, depends_on="test_output")
def test_activations(submission, rng):
    """The activations are x, then every layer's after its ReLU or sigmoid, the output last."""
    for widths in [(4, 3), (4, 6, 3), (5, 5, 5, 5)]:
        given = draw(rng, widths)
        wanted = oracle(*given)
        output, activations = unpack(submission.mlp_forward(*given), 2, what=WHAT)
        layers = unpack(activations, len(wanted), what=f"{len(wanted)} activations for {len(wanted) - 1} layers")
        for actual, expected in zip(layers, wanted, strict=True):
            assert_close(actual, expected, help="Append what the next layer gets, not the scores before the function.")
        assert_close(output, wanted[-1])


@check("contract", depends_on="test_output")
def test_types(submission, rng):
    """A tuple comes back, and its second part is a list."""
    for widths in ((3, 4, 2), (3, 2)):
        value = submission.mlp_forward(*draw(rng, widths))
        assert_type(value, tuple)
        assert_type(unpack(value, 2, what=WHAT)[1], list)


@check("contract", points=2, depends_on="test_output")
def test_dtype_kept(submission, rng):
    """Floats keep their dtype; where they differ, the result has the np.result_type of the floating arrays."""
    for dtype in ("float16", "float32", "float64"):
        given = draw(rng, (4, 5, 3), dtype=dtype)
        wanted = oracle(*given)
        output, activations = unpack(submission.mlp_forward(*given), 2, what=WHAT)
        advice = "Find the dtype of all floating arrays first, and bring everything to it."
        for actual, expected in zip(unpack(activations, 3), wanted, strict=True):
            assert_close(actual, expected, dtype=dtype, help=advice)
        assert_close(output, wanted[-1], dtype=dtype, help=advice)
    x, weights, biases = draw(rng, (4, 5, 3), dtype="float32")
    whole = rng.integers(-2, 3, size=x.shape)
    mixed = [
        ((x.astype("float64"), weights, biases), "float64"),
        ((x, [weights[0], weights[1].astype("float64")], biases), "float64"),
        ((x, weights, [biases[0].astype("float64"), biases[1]]), "float64"),
        ((whole, weights, biases), "float32"),
        ((x, [rng.integers(-2, 3, size=(4, 5)), weights[1]], biases), "float32"),
        ((x, weights, [np.ones(5, dtype=int), biases[1]]), "float32"),
    ]
    for given, dtype in mixed:
        actual = output_of(submission.mlp_forward(*given))
        assert_close(actual, oracle(*given)[-1], dtype=dtype, tol=1e-5, help=advice)


@check("contract", depends_on="test_output")
def test_no_floats(submission, rng):
    """Nested lists, integers and booleans count as float64."""
    x, weights, biases = [
        rng.integers(-2, 3, size=(5, 3)),
        [rng.integers(-2, 3, size=(3, 4)), rng.integers(-1, 2, size=(4, 2))],
        [rng.integers(-2, 3, size=4), rng.integers(-1, 2, size=2)],
    ]
    for given in [
        (x, weights, biases),
        (x.astype(np.int8), [w.astype(np.int8) for w in weights], [b.astype(np.int8) for b in biases]),
        (x.tolist(), [w.tolist() for w in weights], [b.tolist() for b in biases]),
        (x > 0, weights, biases),
        (x, tuple(weights), tuple(biases)),
    ]:
        actual = output_of(submission.mlp_forward(*given))
        assert_close(actual, oracle(*given)[-1], dtype="float64", help="Begin with np.asarray, and convert to float64.")


@check("stability", depends_on="test_output")
def test_no_rows(submission, rng):
    """A batch of no rows gives an output of no rows, and every activation has its width; a batch of one is a batch."""
    _, weights, biases = draw(rng, (4, 6, 3))
    advice = "Matrix products of no rows work by themselves; nothing here needs a row."
    for dtype in ("float64", "float32"):
        short = [[a.astype(dtype) for a in arrays] for arrays in (weights, biases)]
        output, activations = unpack(submission.mlp_forward(np.empty((0, 4), dtype), *short), 2, what=WHAT)
        assert_close(output, np.empty((0, 3)), dtype=dtype, help=advice)
        for actual, width in zip(unpack(activations, 3), (4, 6, 3), strict=True):
            assert_close(actual, np.empty((0, width)), help=advice)
    x = rng.normal(size=(1, 4))
    assert_close(output_of(submission.mlp_forward(x, weights, biases)), oracle(x, weights, biases)[-1])


@check("stability", points=2, depends_on="test_output", help="exp overflows: let it see only -|z|.")
def test_large_scores(submission, rng):
    """Scores of ±10,000 before the sigmoid give finite values, without a warning."""
    for dtype in ("float64", "float32"):
        x, weights, biases = draw(rng, (4, 6, 5))
        biases[-1] = np.array([-1e4, 1e4, -100.0, 800.0, -800.0])
        given = [x.astype(dtype), *([a.astype(dtype) for a in arrays] for arrays in (weights, biases))]
        advice = "exp overflows on one side of each form of the sigmoid: exponentiate -|z|."
        actual = output_of(submission.mlp_forward(*given))
        assert_close(actual, oracle(*given)[-1], tol=1e-10 if dtype == "float64" else 1e-5, help=advice)


@check("correctness", depends_on="test_activations")
def test_kept_apart(submission, rng):
    """A second call gives the same, and results of an earlier call do not change with a later one."""
    x, weights, biases = draw(rng, (4, 4, 4))
    wanted = oracle(x, weights, biases)
    results = submission.probe.twice(x, weights, biases, rng.normal(size=x.shape))
    advice = "Write neither into the arguments nor into arrays that you have given out."
    for result in unpack(results, 2):
        output, activations = unpack(result, 2, what=WHAT)
        for actual, expected in zip((output, *unpack(activations, 3)), (wanted[-1], *wanted), strict=True):
            assert_close(actual, expected, help=advice)


@check("errors", depends_on="test_output")
def test_layers(submission, rng):
    """Lists that differ in length, and empty ones, raise ValueError."""
    x, weights, biases = draw(rng, (4, 4, 4, 4))
    advice = "Compare the lengths first: zip stops at the shorter list."
    for given in [(weights, biases[:-1]), (weights[:-1], biases), (weights, []), ([], biases), ([], [])]:
        assert_raises(ValueError, submission.mlp_forward, x, *given, help=advice)


@check("errors", depends_on="test_output")
def test_rank(submission, rng):
    """x and weights that are not two-dimensional raise ValueError."""
    x, weights, biases = draw(rng, (4, 4, 4), n=4)
    for wrong in (x[0], x[None], np.stack([x, x]), np.float64(x[0, 0])):
        assert_raises(ValueError, submission.mlp_forward, wrong, weights, biases, help="Look at x.ndim.")
    advice = "matmul accepts vectors and stacks of matrices, too: look at each weight's ndim."
    for layer in (0, 1):
        for wrong in (weights[layer][None], weights[layer][:, 0], np.stack([weights[layer]] * 4)):
            changed = [wrong if i == layer else w for i, w in enumerate(weights)]
            assert_raises(ValueError, submission.mlp_forward, x, changed, biases, help=advice)


@check("errors", depends_on="test_output")
def test_chain(submission, rng):
    """Shapes that do not chain raise ValueError, also for a batch of no rows."""
    x, weights, biases = draw(rng, (4, 6, 3))
    narrow = rng.normal(size=(5, 3))
    for given in [(x[:, :3], weights), (x[:, :1], weights), (x, [weights[0], narrow]), (x, weights[::-1])]:
        assert_raises(
            ValueError, submission.mlp_forward, *given, biases, help="Each width meets the next weight's rows."
        )
        assert_raises(ValueError, submission.mlp_forward, given[0][:0], given[1], biases)


@check("errors", depends_on="test_output")
def test_bias(submission, rng):
    """A bias that is not exactly (D_{i+1},) raises ValueError, also where it would broadcast."""
    x, weights, biases = draw(rng, (4, 5, 3), n=5)
    advice = "Broadcasting is silent: compare each bias's shape with the width of its layer."
    for layer, width in enumerate((5, 3)):
        size = biases[layer]
        for wrong in (
            size[:1],
            size[None],
            size[:, None],
            np.float64(size[0]),
            size[:-1],
            np.ones((5, width)),
            size[:0],
        ):
            changed = [wrong if i == layer else b for i, b in enumerate(biases)]
            assert_raises(ValueError, submission.mlp_forward, x, weights, changed, help=advice)


@check("contract", testimony=True, depends_on="test_output")
def test_side_effects(submission, rng):
    """Prints nothing and changes neither an argument nor a global setting."""
    for dtype in ("float64", "float32"):
        x, weights, biases = draw(rng, (4, 4, 4), dtype=dtype)
        assert_unchanged(submission.mlp_forward, x, weights, biases)
        assert_unchanged(
            submission.mlp_forward, x.tolist(), [w.tolist() for w in weights], [b.tolist() for b in biases]
        )


@check("rules")
def test_rules(submission, rng):
    """Uses NumPy and the standard library only."""
    value = submission.mlp_forward(*draw(rng, (3, 4, 2)))
    assert_true(value is not None, "nothing came back")
    assert_rules(submission)
