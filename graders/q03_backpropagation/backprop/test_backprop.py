"""Grader of `backprop`.

The oracle is the loss written with scores, softplus(z) - y z, and its gradients by the complex step: f(w + ih).imag / h
subtracts nothing, so that h = 1e-30 gives full float64 accuracy, and not a line of backpropagation is needed here.
"""

import math

import numpy as np

from etude.grading import (
    as_array,
    assert_close,
    assert_dtype,
    assert_gradient,
    assert_rules,
    assert_shape,
    assert_true,
    assert_type,
    assert_unchanged,
    check,
    entry,
    unpack,
)

NAMES = ("W1", "b1", "W2", "b2")
GRADIENTS = ("test_output_layer", "test_hidden_layer")
SCORE_HELP = "sigmoid and cross-entropy together: the gradient with respect to the scores is (y_pred - y) / N."


def shapes(d, hidden, k):
    return {"W1": (d, hidden), "b1": (hidden,), "W2": (hidden, k), "b2": (k,)}


def problem(rng, n=6, d=5, hidden=7, k=3, clearance=0.01):
    """Parameters, data and labels: both labels there, no hidden unit within `clearance` of the ReLU's corner.

    No score lies beyond ±4, where 1 - p has lost digits that a difference of losses would miss.
    """
    while True:
        params = {name: rng.normal(size=shape) for name, shape in shapes(d, hidden, k).items()}
        params["W2"] /= np.sqrt(hidden)
        x = rng.normal(size=(n, d))
        y = rng.integers(0, 2, size=(n, k)).astype(np.float64)
        hidden_scores = x @ params["W1"] + params["b1"]
        corner_is_far = np.all(np.abs(hidden_scores) > clearance)
        enough_is_alive = 0.2 < np.mean(hidden_scores > 0) < 0.8 if n * hidden > 4 else np.any(hidden_scores > 0)
        moderate = np.all(np.abs(oracle_scores(params, x)) < 4)
        if corner_is_far and enough_is_alive and moderate and (n * k < 4 or 0 < y.mean() < 1):
            return params, x, y


def saturated(rng, largest, dtype=np.float64):
    """A network whose scores all lie between largest / 5 and largest, some columns positive, some negative."""
    params = {
        "W1": rng.uniform(0.5, 1.0, size=(5, 7)),
        "b1": np.zeros(7),
        "W2": rng.uniform(0.5, 1.0, size=(7, 4)) * rng.permutation([1.0, 1.0, -1.0, -1.0]),
        "b2": np.zeros(4),
    }
    x = rng.uniform(1.0, 1.5, size=(6, 5))
    params["W2"] *= largest / np.abs(oracle_scores(params, x)).max()
    y = rng.permutation(np.tile([0.0, 1.0], 12)).reshape(6, 4)
    return {name: value.astype(dtype) for name, value in params.items()}, x.astype(dtype), y.astype(dtype)


def oracle_scores(params, x):
    hidden = np.asarray(x) @ params["W1"] + params["b1"]
    return np.where(hidden.real > 0, hidden, 0.0) @ params["W2"] + params["b2"]


def oracle_forward(params, x):
    scores = oracle_scores(in_float64(params), np.asarray(x, dtype=np.float64))
    return np.exp(-np.logaddexp(0.0, -scores))


def oracle_bce(y_pred, y):
    """Term by term in Python floats."""
    total = 0.0
    for p, label in zip(np.ravel(y_pred).tolist(), np.ravel(y).tolist(), strict=True):
        total -= label * math.log(max(p, 1e-12)) + (1.0 - label) * math.log(max(1.0 - p, 1e-12))
    return total / np.shape(y)[0]


def smooth_loss(params, x, y):
    """The loss from the scores, for real and complex parameters."""
    scores = oracle_scores(params, x)
    positive = scores.real > 0
    softplus = np.where(positive, scores, 0.0) + np.log1p(np.exp(np.where(positive, -scores, scores)))
    return np.sum(softplus - y * scores) / len(x)


def oracle_gradients(params, x, y):
    params, x, y = in_float64(params), np.asarray(x, np.float64), np.asarray(y, np.float64)
    gradients = {}
    for name in NAMES:
        gradients[name] = np.zeros(params[name].shape)
        for index in np.ndindex(params[name].shape):
            moved = params[name].astype(np.complex128)
            moved[index] += 1e-30j
            gradients[name][index] = smooth_loss({**params, name: moved}, x, y).imag / 1e-30
    return gradients


def in_float64(params):
    return {name: np.asarray(value, dtype=np.float64) for name, value in params.items()}


def assert_gradients(actual, given, names=NAMES, **options):
    """`actual` holds the gradients at `given`: parameters, data and labels."""
    expected = oracle_gradients(*given)
    for name in names:
        assert_close(entry(actual, name), expected[name], **options)


def assert_keys(returned):
    found = sorted(str(key) for key in returned) if isinstance(returned, dict) else type(returned).__name__
    problem = "The result is no dict with the keys W1, b1, W2, b2 and no others."
    assert_true(found == sorted(NAMES), problem, returned=found, wanted=sorted(NAMES))


@check("contract")
def test_init_layout(submission, rng):
    """init_params gives float64 arrays of the right shapes under the four names, the biases zero."""
    for d, hidden, k in [(4, 6, 3), (int(rng.integers(7, 20)), 2, 1), (1, 1, 1)]:
        params = submission.probe.init(int(rng.integers(2**32)), d, hidden, k)
        assert_keys(params)
        for name, shape in shapes(d, hidden, k).items():
            value = entry(params, name)
            assert_shape(value, shape, help="Weights are (inputs, outputs), biases are one-dimensional.")
            assert_dtype(value, "float64")
        for name in ("b1", "b2"):
            assert_close(entry(params, name), np.zeros(shapes(d, hidden, k)[name]), help="Biases start at zero.")


@check("correctness", points=2)
def test_init_variance(submission, rng):
    """W1 has mean 0 and variance 2 / n_in, W2 mean 0 and variance 1 / n_hidden."""
    for name, weights in standardised_weights(submission, rng).items():
        # 5.6 standard deviations of a mean and of a mean square: a right answer fails once in ten million.
        mean, square = weights.mean(), np.mean(weights**2)
        assert_below(
            abs(mean), 5.6 / math.sqrt(weights.size), f"{name}'s mean is not zero.", "Centre the draws on zero."
        )
        variance = "2 / n_in" if name == "W1" else "1 / n_hidden"
        help = f"n_in and n_hidden count a layer's inputs; a normal draw is multiplied by the root of {variance}."
        problem = f"{name}'s variance is {square:.3f} times {variance}."
        assert_below(abs(square - 1.0), 5.6 * math.sqrt(2.0 / weights.size), problem, help)


@check("correctness", depends_on="test_init_variance")
def test_init_normal(submission, rng):
    """The weights are normal, and every one of them is a draw of its own."""
    drawn = standardised_weights(submission, rng)
    for name, weights in drawn.items():
        help = "A uniform or truncated distribution of the same variance is another initialisation."
        assert_below(kolmogorov_distance(weights), 2.9, f"{name} is not normally distributed.", help)
        for axis in (0, 1):
            means = weights.mean(axis=axis) * math.sqrt(weights.shape[axis])
            help = "Draw every weight on its own, not one row or column that is copied."
            assert_below(abs(np.mean(means**2) - 1.0), 0.75, f"Weights of {name} repeat each other.", help)
    shared = min(drawn["W1"].size, drawn["W2"].size)
    correlation = np.mean(drawn["W1"].ravel()[:shared] * drawn["W2"].ravel()[:shared])
    help = "Draw both from the one generator, one after the other."
    assert_below(abs(correlation), 5.6 / math.sqrt(shared), "W2 repeats the draws of W1.", help)


def standardised_weights(submission, rng):
    """W1 and W2 of large layers, divided by the standard deviations that they should have."""
    d, hidden, k = (int(size) for size in rng.integers([300, 180, 150], [350, 220, 180]))
    params = submission.probe.init(int(rng.integers(2**32)), d, hidden, k)
    weights = {}
    for name, variance in [("W1", 2.0 / d), ("W2", 1.0 / hidden)]:
        assert_shape(entry(params, name), shapes(d, hidden, k)[name])
        if as_array(entry(params, name)).dtype.kind != "f":
            assert_dtype(entry(params, name), "float64")
        weights[name] = as_array(entry(params, name)).astype(np.float64) / math.sqrt(variance)
    return weights


def assert_below(statistic, bound, problem, help):
    """A statistic that a right answer exceeds once in ten million draws."""
    assert_true(statistic < bound, problem, returned=f"{statistic:.4f} off", wanted=f"below {bound:.4f}", help=help)


def kolmogorov_distance(values):
    """The gap between empirical and normal distribution, times the root of the size: P(> z) = 2 exp(-2 z**2)."""
    ordered = np.sort(values, axis=None)
    exact = 0.5 * (1.0 + np.array([math.erf(value / math.sqrt(2.0)) for value in ordered.tolist()]))
    steps = np.arange(ordered.size + 1) / ordered.size
    return max(np.max(steps[1:] - exact), np.max(exact - steps[:-1])) * math.sqrt(ordered.size)


@check("contract")
def test_init_generator(submission, rng):
    """The draws come from rng and nowhere else: equal generators give equal parameters, other states others."""
    seed = int(rng.integers(2**32))
    first, second = unpack(submission.probe.init_in_a_row(seed, 6, 5, 4, 2), 2)
    repeated = submission.probe.init(seed, 6, 5, 4)
    other = submission.probe.init(seed + 1, 6, 5, 4)
    for name in ("W1", "W2"):
        start = as_array(entry(first, name))
        help = "Draw from the rng that is passed in, not from NumPy's global generator or one of your own."
        assert_close(entry(repeated, name), start, help=help)
        for later, what in [(second, "The next call with the same generator"), (other, "Another generator")]:
            assert_shape(entry(later, name), start.shape)
            old = np.sum(as_array(entry(later, name)) == start)
            assert_true(old == 0, f"{what} gives the same {name} again: {old} of {start.size} numbers.", help=help)


@check("contract")
def test_forward_shape(submission, rng):
    """y_pred is (N, K), for one row, one output and an empty batch too."""
    for n, k in [(6, 3), (1, 3), (6, 1), (1, 1), (0, 3)]:
        params, _, _ = problem(rng, k=k)
        x = rng.normal(size=(n, 5))
        assert_shape(submission.probe.forward(params, x), (n, k), help="Keep both axes, whatever their lengths.")


@check("correctness", points=2)
def test_forward(submission, rng):
    """y_pred is sigmoid(relu(x W1 + b1) W2 + b2)."""
    for k in (3, 1):
        params, x, _ = problem(rng, k=k)
        help = "Both layers add a bias; ReLU on the hidden layer only, an independent sigmoid on each output."
        assert_close(submission.probe.forward(params, x), oracle_forward(params, x), help=help)


@check("stability", help="exp overflows for large positive arguments: use exp(-|z|), or one form for each sign of z.")
def test_large_scores(submission, rng):
    """Scores of ±1000 (±500 in float32) give probabilities of 0 and 1 without a warning."""
    help = "exp overflows for large positive arguments: use exp(-|z|), or one form for each sign of z."
    for largest, dtype in [(1000.0, np.float64), (500.0, np.float32)]:
        params, x, _ = saturated(rng, largest, dtype)
        assert_close(submission.probe.forward(params, x), oracle_forward(params, x), dtype=x.dtype, help=help)


@check("correctness", points=2)
def test_loss(submission, rng):
    """The loss is summed over the outputs and averaged over the rows."""
    for n, k in [(6, 3), (5, 1), (1, 4)]:
        y_pred, y = rng.uniform(0.05, 0.95, size=(n, k)), rng.integers(0, 2, size=(n, k)).astype(np.float64)
        help = "Divide by the number of rows N, not by N * K."
        assert_close(submission.bce_loss(y_pred, y), oracle_bce(y_pred, y), help=help)


@check("contract")
def test_loss_type(submission, rng):
    """The loss is a Python float, for float32 and for a batch of one too."""
    for n, k, dtype in [(6, 3, np.float64), (6, 3, np.float32), (1, 1, np.float64)]:
        y_pred = rng.uniform(0.05, 0.95, size=(n, k)).astype(dtype)
        y = rng.integers(0, 2, size=(n, k)).astype(dtype)
        assert_type(submission.bce_loss(y_pred, y), float, help="Convert with float(...); a NumPy scalar is none.")


@check("stability", help="log(0) is -inf: take the larger of the probability and 1e-12 inside each logarithm.")
def test_loss_at_the_ends(submission, rng):
    """Predictions of exactly 0 and 1 give the clipped, finite loss."""
    assert_clipped_loss(submission, rng, np.array([0.0, 1.0, 1e-13, 1.0 - 1e-13, 5e-12, 1.0 - 2.0**-30, 0.3]))


@check("stability", help="In float32 1 - 1e-12 is 1: clip p and 1 - p each from below instead of p from both sides.")
def test_loss_at_the_ends_float32(submission, rng):
    """float32 predictions of exactly 0 and 1 do so too, although 1 - 1e-12 is 1 there."""
    assert_clipped_loss(submission, rng, np.array([0.0, 1.0, 1e-13, 1.0 - 2.0**-24, 5e-12, 0.3], dtype=np.float32))


def assert_clipped_loss(submission, rng, ends):
    """Each end with either label, alone and in a batch."""
    y_pred = rng.permutation(np.tile(ends, 6)).reshape(-1, 2)
    y = rng.integers(0, 2, size=y_pred.shape).astype(ends.dtype)
    alone = [(np.array([[p]]), np.array([[label]], dtype=ends.dtype)) for p in ends for label in (0, 1)]
    help = "Clip what goes into each logarithm, max(p, 1e-12) and max(1 - p, 1e-12), and not p itself."
    for given in [(y_pred, y), *alone]:
        assert_close(submission.bce_loss(*given), oracle_bce(*given), tol=1e-5, help=help)


@check("contract")
def test_gradient_layout(submission, rng):
    """backward returns one gradient for every parameter, of the parameter's shape."""
    for n, d, hidden, k in [(6, 5, 7, 3), (1, 5, 7, 1), (4, 1, 1, 1)]:
        returned = submission.probe.gradients(*problem(rng, n, d, hidden, k))
        assert_keys(returned)
        for name, shape in shapes(d, hidden, k).items():
            assert_shape(entry(returned, name), shape, help=f"The gradient of {name} has the shape of {name}.")


@check("gradient", points=2)
def test_output_layer(submission, rng):
    """The gradients of W2 and b2 are exact."""
    for k in (3, 1):
        given = problem(rng, k=k)
        assert_gradients(submission.probe.gradients(*given), given, names=("W2", "b2"), help=SCORE_HELP)


@check("gradient", points=2)
def test_hidden_layer(submission, rng):
    """The gradients of W1 and b1 are exact."""
    help = (
        "Send the scores' gradient through W2 transposed, keep it where the hidden score was positive; then the input."
    )
    for k in (3, 1):
        given = problem(rng, k=k)
        assert_gradients(submission.probe.gradients(*given), given, names=("W1", "b1"), help=help)


@check("gradient", depends_on=("test_forward", "test_loss"))
def test_own_loss(submission, rng):
    """The gradients agree with central differences of your own loss, for a batch of one row too."""
    for n in (1, 6):
        params, x, y = problem(rng, n=n)
        analytic = submission.probe.gradients(params, x, y)
        for name in NAMES:
            help = f"{name}'s gradient and your loss disagree: what one of them divides by, so must the other."
            loss = own_loss(submission, params, name, x, y)
            assert_gradient(loss, params[name], entry(analytic, name), help=help)


def own_loss(submission, params, name, x, y):
    return lambda points: submission.probe.losses(params, name, list(points), x, y)


@check("gradient", points=2, depends_on=GRADIENTS)
def test_interleaved(submission, rng):
    """Two forward passes, then the backward pass of the first: calls do not disturb each other."""
    first, second = problem(rng), problem(rng)
    problems = [first, second, (first[0], second[1][:2], second[2][:2])]  # the last mixes the two, in fewer rows
    returned = unpack(submission.probe.gradients_interleaved(problems, [0, 2, 1]), 3, what="three gradients")
    help = "Keep what backward needs in the cache that forward returns, not in a global or on a function."
    for i, gradients in zip([0, 2, 1], returned, strict=True):
        assert_gradients(gradients, problems[i], help=help)


@check("stability", depends_on=GRADIENTS)
def test_saturated_gradient(submission, rng):
    """Outputs that are saturated on the wrong side still pass their full gradient."""
    given = saturated(rng, 600.0)
    help = "No division by p or 1 - p is needed. " + SCORE_HELP
    assert_gradients(submission.probe.gradients(*given), given, help=help)


@check("contract", depends_on=("test_forward", *GRADIENTS))
def test_dtypes(submission, rng):
    """float32 parameters and data give float32 predictions and gradients; one float64 among them gives float64."""
    params, x, y = problem(rng, clearance=0.02)
    params32 = {name: value.astype(np.float32) for name, value in params.items()}
    x32, y32 = x.astype(np.float32), y.astype(np.float32)
    help = "Let NumPy promote the dtypes: no fixed float64 array or dtype on the way, and none cast down."
    assert_close(submission.probe.forward(params32, x32), oracle_forward(params32, x32), dtype="float32", help=help)
    for given, dtype in [((params32, x32, y32), "float32"), ((params, x32, y32), "float64")]:
        assert_gradients(submission.probe.gradients(*given), given, dtype=dtype, help=help)
    for given in [(params, x32), (params32, x)]:
        assert_close(submission.probe.forward(*given), oracle_forward(*given), dtype="float64", help=help)


@check("contract", depends_on=("test_forward", "test_loss", *GRADIENTS))
def test_lists_and_integers(submission, rng):
    """Data and labels may be lists, integers or booleans, and count as float64."""
    params, _, y = problem(rng)
    x = rng.integers(-3, 4, size=(6, 5))
    params["W1"] = rng.integers(-2, 3, size=(5, 7)) / 5
    params["b1"] = rng.uniform(0.05, 0.15, size=7)  # keeps the hidden scores off 0, whatever integers x holds
    likely = rng.uniform(0.05, 0.95, size=y.shape)
    help = "Begin with np.asarray, and turn what is not floating into float64."
    arrays = [(x, y.astype(np.int64)), (x > 0, y.astype(bool))]
    for given_x, given_y in [*arrays, *((data.tolist(), labels.tolist()) for data, labels in arrays)]:
        numbers = np.asarray(given_x, dtype=np.float64)
        y_pred = oracle_forward(params, numbers)
        assert_close(submission.probe.forward(params, given_x), y_pred, dtype="float64", help=help)
        assert_close(submission.bce_loss(likely, given_y), oracle_bce(likely, y), help=help)
        gradients = submission.probe.gradients(params, given_x, given_y)
        assert_gradients(gradients, (params, numbers, y), dtype="float64", help=help)
    assert_close(submission.bce_loss(likely.tolist(), y.tolist()), oracle_bce(likely, y), help=help)


@check("contract", depends_on=("test_forward", "test_loss", *GRADIENTS))
def test_second_round(submission, rng):
    """Running everything again on the same arrays and the same cache gives the same results."""
    params, x, y = problem(rng)
    y_pred, loss, gradients = unpack(submission.probe.second_round(params, x, y), 3, what="(y_pred, loss, gradients)")
    help = "An argument or the cache was changed in place (+=, -=, out=, assignment to a slice). Make a new array."
    assert_close(y_pred, oracle_forward(params, x), help=help)
    assert_close(loss, oracle_bce(oracle_forward(params, x), y), tol=1e-6, help=help)
    assert_gradients(gradients, (params, x, y), help=help)


@check("contract", testimony=True)
def test_manners(submission, rng):
    """No argument is changed, nothing is printed, and NumPy's global generator and settings stay as they are."""
    params, x, y = problem(rng)
    assert_unchanged(submission.probe.init, int(rng.integers(2**32)), 4, 3, 2)
    assert_unchanged(submission.probe.gradients, params, x, y)
    assert_unchanged(submission.bce_loss, oracle_forward(params, x), y)


@check("rules")
def test_rules(submission, rng):
    """NumPy and the standard library only."""
    params, x, y = problem(rng)
    assert_rules(submission, run=lambda watched: watched.probe.gradients(params, x, y))
