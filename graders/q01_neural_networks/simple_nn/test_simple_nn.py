"""create_simple_nn: the judge draws a network's weights in secret, has them put into the model, and works out itself
what such a network gives, loses and learns. No check asks how the model was written."""

from itertools import pairwise

import numpy as np

from etude.grading import (
    as_array,
    assert_close,
    assert_raises,
    assert_shape,
    assert_true,
    check,
    entry,
    unpack,
)


@check("contract", points=2)
def test_layers(submission, rng):
    """There is one Dense layer for each entry of `hidden_units`, and one output unit; no other weights."""
    inputs, *hidden = sizes(rng, 4)
    assert_layers(submission, submission.probe.create.keep(inputs, tuple(hidden)), inputs, hidden)


@check("correctness", points=2, depends_on="test_layers")
def test_output_unit(submission, rng):
    """`hidden_units=()` is legal: a linear map and a sigmoid, of shape (N, 1)."""
    (inputs,) = sizes(rng, 1)
    model = submission.probe.create.keep(inputs, ())
    assert_layers(submission, model, inputs, ())
    weights = draw(rng, inputs, ())
    for rows in (1, 40):
        x = 10 * normal(rng, rows, inputs)  # large: the scores of 40 rows are never all positive
        assert_close(
            submission.probe.outputs(model, weights, x),
            forward(weights, x),
            dtype="float32",
            help="The last layer is Dense(1) with a sigmoid: one probability a row.",
        )


@check("correctness", points=2, depends_on="test_output_unit")
def test_hidden_layers(submission, rng):
    """Every hidden layer is a linear map and a ReLU, in training too."""
    inputs, *hidden = sizes(rng, 4)
    model = submission.probe.create.keep(inputs, tuple(hidden))
    weights, x = draw(rng, inputs, hidden), normal(rng, 9, inputs)
    for training in (False, True):
        assert_close(
            submission.probe.outputs(model, weights, x, training=training),
            forward(weights, x),
            dtype="float32",
            help="ReLU after each hidden layer, and nothing between the layers that acts in training only.",
        )


@check("contract", points=1, depends_on="test_output_unit")
def test_built(submission, rng):
    """The weights exist, and can be set, before the model is called for the first time."""
    inputs, *hidden = sizes(rng, 3)
    model = submission.probe.create.keep(inputs, tuple(hidden))
    weights, x = draw(rng, inputs, hidden), normal(rng, 4, inputs)
    returned = submission.probe.outputs_before_any_call(model, weights, x)
    assert_close(
        returned,
        as_array(submission.probe.outputs(model, weights, x)),
        dtype="float32",
        help="Tell the model its input's size: keras.Input(shape=(input_dim,)) as its first entry, or model.build.",
    )


@check("contract", points=1, depends_on="test_layers")
def test_defaults(submission, rng):
    """Without arguments: 10 inputs, hidden layers of 64 and 32; both arguments may be named."""
    _, units = sizes(rng, 2)
    for model, inputs, hidden in (
        (submission.probe.create.keep(), 10, (64, 32)),
        (submission.probe.create.keep(hidden_units=(units,)), 10, (units,)),
        (submission.probe.create.keep(input_dim=units), units, (64, 32)),
    ):
        assert_layers(submission, model, inputs, hidden)


@check("contract", points=1, depends_on="test_layers")
def test_list_of_units(submission, rng):
    """`hidden_units` may be a list, which is not changed."""
    inputs, *hidden = sizes(rng, 3)
    models = submission.probe.create_twice.keep(inputs, list(hidden))
    for index in (0, 1):
        assert_layers(submission, submission.probe.pick.keep(models, index), inputs, hidden)


@check("correctness", points=2, depends_on="test_output_unit")
def test_loss(submission, rng):
    """The model is compiled with binary cross-entropy, averaged over the rows."""
    inputs, *hidden = sizes(rng, 3)
    model = submission.probe.create.keep(inputs, tuple(hidden))
    weights, x, y = labelled(rng, inputs, hidden, 12)
    p = np.clip(probabilities(submission.probe.outputs(model, weights, x), x), 1e-7, 1 - 1e-7)
    assert_close(
        entry(submission.probe.assess(model, weights, x, y), "loss"),
        -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)),
        tol=1e-5,
        help='loss="binary_crossentropy", on probabilities, and no penalty on the weights.',
    )


@check("correctness", points=1, depends_on="test_output_unit")
def test_accuracy(submission, rng):
    """The model reports `accuracy`: the share of rows on the right side of 0.5."""
    inputs, *hidden = sizes(rng, 3)
    model = submission.probe.create.keep(inputs, tuple(hidden))
    for _ in range(2):
        weights, x, y = labelled(rng, inputs, hidden, 40)
        p = probabilities(submission.probe.outputs(model, weights, x), x)
        assert_close(
            entry(submission.probe.assess(model, weights, x, y), "accuracy"),
            np.mean((p > 0.5) == (y > 0.5)),
            tol=1e-5,
            help='metrics=["accuracy"], or a BinaryAccuracy of that name.',
        )


@check("gradient", points=2, depends_on=("test_hidden_layers", "test_loss"))
def test_adam(submission, rng):
    """Training steps are Adam's, at whatever rate: three steps from known weights show it."""
    inputs, *hidden = sizes(rng, 3)
    model = submission.probe.create.keep(inputs, tuple(hidden))
    weights = draw(rng, inputs, hidden, shift=rng.uniform(5.0, 7.0))
    idle = int(rng.integers(inputs))  # this input is always 0, so that its weights have no gradient
    weights[0][idle] = normal(rng, hidden[0]) + 10
    batches = []
    for share in (0.8, 0.1, 0.6):  # the gradient's sign turns from step to step
        x = normal(rng, 16, inputs)
        x[:, idle] = 0
        batches.append((x, (rng.random((16, 1)) < share).astype(np.float32)))
    history = unpack(submission.probe.train(model, weights, batches), 3, what="three steps")
    history = [unpack(step, len(weights), what="every weight") for step in history]
    for step in history:
        for weight, before in zip(step, weights, strict=True):
            assert_shape(weight, before.shape)
        help = "What has no gradient stays where it is: no weight decay, no constraint on the weights."
        assert_close(as_array(step[0])[idle], weights[0][idle], tol=2e-7, help=help)
    help = "Compile with Adam as it is: its first step moves every weight by the same amount, against the gradient."
    slopes = gradient(weights, *batches[0])
    steep = [np.abs(slope) > 1e-3 for slope in slopes]  # elsewhere rounding picks the sign
    descents = [
        ((before - as_array(after).astype(np.float64)) * np.sign(slope))[compared]
        for before, after, slope, compared in zip(weights, history[0], slopes, steep, strict=True)
    ]
    rate = float(np.median(np.concatenate(descents)))
    assert_true(rate > 0, "The first step does not go down the gradient.", help=help)
    wanted, moments = [weight.astype(np.float64) for weight in weights], [(0.0, 0.0)] * len(weights)
    for count, (step, batch) in enumerate(zip(history, batches, strict=True), start=1):
        wanted, moments = adam(wanted, moments, gradient(wanted, *batch), rate, count)
        for weight, expected, compared in zip(step, wanted, steep, strict=True):
            if compared.any():
                size = max(1.0, float(np.abs(expected[compared]).max()))
                allowed = 0.01 * rate * count + 3e-7 * size  # a share of the step, and the rounding of the weights
                assert_close(as_array(weight)[compared], expected[compared], tol=allowed / size, help=help)


@check("correctness", points=2, depends_on="test_layers")
def test_learns(submission, rng):
    """500 separable rows are learned to an accuracy of at least 0.95 within 30 epochs, in one of three tries."""
    best = 0.0
    for _ in range(3):
        normal_vector = rng.normal(size=10)
        normal_vector /= np.linalg.norm(normal_vector)
        x, others = normal(rng, 500, 10), normal(rng, 500, 10)
        others = others[np.abs(others @ normal_vector) > 0.5]
        fitted = submission.probe.learn(submission.probe.create.keep(10), x, above(x, normal_vector), others)
        shares = []
        for rows, returned in zip((x, others), unpack(fitted, 2), strict=True):
            p = probabilities(returned, rows)
            shares.append(float(np.mean((p[:, 0] > 0.5) == (above(rows, normal_vector) > 0.5))))
        best = max(best, min(shares))
        if best >= 0.95:
            return
    assert_true(
        False,
        "The model does not learn what a hyperplane separates.",
        returned=f"accuracy {best:.3f}",
        wanted="at least 0.95",
        help="Look at the learning rate and at how the weights start; Keras's defaults do.",
    )


@check("correctness", points=2, depends_on="test_output_unit")
def test_independent(submission, rng):
    """Two models made alike share nothing: weights, training and optimiser are each one's own."""
    inputs, *hidden = sizes(rng, 3)
    models = [submission.probe.create.keep(inputs, tuple(hidden)) for _ in range(2)]
    weights = [draw(rng, inputs, hidden) for _ in models]
    x = normal(rng, 8, inputs)
    y = (rng.random((8, 1)) < 0.5).astype(np.float32)
    alone = [probabilities(submission.probe.outputs(m, w, x), x) for m, w in zip(models, weights, strict=True)]
    assert_true(bool(np.any(np.abs(alone[0] - alone[1]) > 1e-3)), "Other weights give the same outputs.")
    returned = unpack(submission.probe.outputs_of_two(models, weights, x, y), 3)
    for together, expected in zip(returned, (alone[0], alone[1], alone[0]), strict=True):
        assert_close(
            together,
            expected,
            tol=1e-5,
            help="Make every layer, and the optimizer, anew in each call.",
        )


@check("errors", points=1)
def test_bad_input_dim(submission, rng):
    """An `input_dim` below 1 raises ValueError."""
    for bad in (0, -int(rng.integers(1, 9))):
        assert_raises(ValueError, submission.probe.make, bad)
        assert_raises(ValueError, submission.probe.make, bad, ())


@check("errors", points=1)
def test_bad_units(submission, rng):
    """A unit below 1, wherever it stands, raises ValueError; one unit, or one input, is legal."""
    for bad in (0, -int(rng.integers(1, 9))):
        for units in ((bad,), (4, bad), (bad, 4), (3, bad, 5)):
            assert_raises(ValueError, submission.probe.make, 3, units)
    submission.probe.create.keep(1, (1,))


@check("contract", points=1, testimony=True)
def test_surroundings(submission, rng):
    """Nothing is printed, no warning is raised, nothing is seeded, and Keras's settings are left alone."""
    seen = submission.probe.surroundings.observe(*(int(seed) for seed in rng.choice(1 << 30, size=2, replace=False)))
    assert_true(seen.value == [], "Something global is not as it was before.", returned=seen.value)
    assert_true(not seen.printed, "Something was printed.", returned=seen.printed)


def assert_layers(submission, model, inputs, hidden):
    widths = [inputs, *hidden, 1]
    wanted = sorted(shape for a, b in pairwise(widths) for shape in ((a, b), (b,)))
    assert_true(
        submission.probe.shapes(model, inputs) == wanted,
        "The model's weights have other shapes.",
        returned=submission.probe.shapes(model, inputs),
        wanted=wanted,
        help="A Dense layer of n units on m inputs has a kernel (m, n) and a bias (n,).",
    )


def sizes(rng, count):
    """Different sizes, so that a weight's shape says which it is."""
    return [int(size) for size in rng.permutation(np.arange(2, 9))[:count]]


def normal(rng, *shape):
    return rng.normal(size=shape).astype(np.float32)


def draw(rng, inputs, hidden, shift=0.0):
    """Kernel and bias of each layer. With `shift` all ReLUs are open, and the output is about 0.5."""
    weights, widths = [], [inputs, *hidden, 1]
    for before, width in pairwise(widths):
        weights += [normal(rng, before, width) / np.float32(np.sqrt(before)), normal(rng, width) / 2]
    if shift:
        for kernel in weights[2:-2:2]:
            np.abs(kernel, out=kernel)
        for bias in weights[1:-2:2]:
            bias += np.float32(shift)
        weights[-1] = -(hidden_outputs(weights, np.zeros((1, inputs)))[0] @ weights[-2]).astype(np.float32)
    return weights


def labelled(rng, inputs, hidden, rows):
    """A network's weights, rows, and labels of which it has some right and some wrong."""
    largest = 0.0
    while largest < 0.1:  # now and then every ReLU is closed for every row
        weights, x = draw(rng, inputs, hidden), normal(rng, rows, inputs)
        largest = np.abs(hidden_outputs(weights, x) @ weights[-2]).max()
    weights[-2] *= np.float32(2 / largest)  # never too sure
    return weights, x, (rng.random((rows, 1)) < rng.uniform(0.3, 0.7)).astype(np.float32)


def probabilities(returned, rows):
    """Outputs of the right shape, between 0 and 1, in float64."""
    assert_shape(returned, (len(rows), 1))
    p = as_array(returned).astype(np.float64)
    assert_true(bool(np.all((p >= 0) & (p <= 1))), "An output lies outside [0, 1].", returned=returned)
    return p


def hidden_outputs(weights, x):
    for kernel, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        x = np.maximum(np.asarray(x, np.float64) @ kernel + bias, 0.0)
    return x


def forward(weights, x):
    """The network in float64."""
    scores = hidden_outputs(weights, x).astype(np.float64) @ weights[-2] + weights[-1]
    return 1 / (1 + np.exp(-scores))


def gradient(weights, x, y):
    """Backpropagation of the mean binary cross-entropy."""
    activations = [np.asarray(x, np.float64)]
    for kernel, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        activations.append(np.maximum(activations[-1] @ kernel + bias, 0.0))
    slope = (forward(weights, x) - y) / len(x)
    found = []
    for kernel, activation in zip(weights[-2::-2], activations[::-1], strict=True):
        found += [slope.sum(axis=0), activation.T @ slope]
        slope = (slope @ kernel.T) * (activation > 0)
    return found[::-1]


def adam(weights, moments, grads, rate, count):
    """One step of Adam with its usual betas; gradients are large enough to do without eps."""
    step = rate * np.sqrt(1 - 0.999**count) / (1 - 0.9**count)
    moments = [(m + 0.1 * (g - m), v + 0.001 * (g * g - v)) for (m, v), g in zip(moments, grads, strict=True)]
    moved = [w - step * m / (np.sqrt(v) + 1e-12) for w, (m, v) in zip(weights, moments, strict=True)]
    return moved, moments


def above(x, normal_vector):
    return (x @ normal_vector > 0).astype(np.float32)
