"""Hidden grader of `init_weights`: secret values are written everywhere, and what stands there afterwards is examined.

Statistics have bounds of six standard deviations or more: a right answer is failed less than once in a million runs.
"""

from math import prod

import numpy as np

from etude.grading import as_array, assert_close, assert_shape, assert_true, check, entry


@check("correctness", points=3)
def test_linear_spread(submission, rng):
    """Linear weights have mean 0 and variance 2 / fan_in."""
    tensors = entry(run(submission, rng, "linear"), "tensors")
    for name, shape in (("0.weight", (60, 400)), ("2.weight", (400, 60))):
        assert_spread(entry(tensors, name), shape, 2 / shape[1], kurtosis=3, help=HE)


@check("correctness", points=1, depends_on="test_linear_spread")
def test_linear_normal(submission, rng):
    """They are normal, neither uniform nor truncated."""
    weight = entry(entry(run(submission, rng, "linear"), "tensors"), "0.weight")
    assert_he(weight, (60, 400))
    largest = float(np.abs(numbers(weight)).max() / np.sqrt(2 / 400))  # below 3.4 once in ten million
    help = "A normal distribution has no bounds: draw from it, and cut nothing off."
    assert_true(largest > 3.4, "the tails are cut off", returned=f"up to {largest:.2f} standard deviations", help=help)


@check("correctness", points=3)
def test_convolution_spread(submission, rng):
    """The weights of 2-d convolutions have mean 0 and Xavier's variance, 2 / (fan_in + fan_out)."""
    tensors = entry(run(submission, rng, "convolutions"), "tensors")
    for name, shape in (("0.weight", (96, 16, 3, 3)), ("2.weight", (16, 96, 1, 5))):
        assert_spread(entry(tensors, name), shape, limit(shape) ** 2 / 3, kurtosis=1.8, help=XAVIER)


@check("correctness", points=1, depends_on="test_convolution_spread")
def test_convolution_uniform(submission, rng):
    """They are uniform, up to the limit and not beyond."""
    tensors = entry(run(submission, rng, "convolutions"), "tensors")
    for name, shape in (("0.weight", (96, 16, 3, 3)), ("2.weight", (16, 96, 1, 5))):
        assert_xavier(entry(tensors, name), shape)


@check("correctness", points=1, depends_on="test_convolution_spread")
def test_grouped_convolution(submission, rng):
    """A convolution in groups has the fans of its weight's shape."""
    weight = entry(entry(run(submission, rng, "grouped"), "tensors"), "0.weight")
    assert_xavier(weight, (96, 12, 3, 3))


@check("correctness", points=2, depends_on=("test_linear_spread", "test_convolution_spread"))
def test_biases(submission, rng):
    """The biases of linear layers and convolutions are 0."""
    for kind, sizes in (("linear", (60, 400)), ("convolutions", (96, 16))):
        tensors = entry(run(submission, rng, kind), "tensors")
        for name, size in zip(("0.bias", "2.bias"), sizes, strict=True):
            assert_close(entry(tensors, name), np.zeros(size), tol=0, help="Biases start at 0.")


@check("correctness", points=2, depends_on="test_linear_spread")
def test_norms(submission, rng):
    """Batch norms of both kinds have weight 1 and bias 0."""
    tensors = entry(run(submission, rng, "norms"), "tensors")
    assert_norm(tensors, "0", 9)
    assert_norm(tensors, "1", 7)


@check("correctness", points=1, depends_on=("test_linear_spread", "test_convolution_spread"))
def test_independent(submission, rng):
    """Elements are independent of each other, and so are layers of equal size and calls."""
    one, other = (entry(run(submission, rng, "twins"), "tensors") for _ in range(2))
    pairs = [(one, "0", one, "1"), (one, "2", one, "3"), (one, "0", other, "0"), (one, "2", other, "2")]
    for tensors, name, others, another in pairs:
        a, b = numbers(entry(tensors, f"{name}.weight")), numbers(entry(others, f"{another}.weight"))
        assert_true(a.size == b.size > 0, "the shapes differ", returned=f"{a.shape} and {b.shape}")
        correlation = float((a * b).mean() / np.sqrt((a**2).mean() * (b**2).mean() + 1e-30))
        help = "Draw each weight anew: no copy of another layer's, and no seed."
        assert_true(abs(correlation) < 7 / np.sqrt(a.size), "two draws are not independent", help=help)
    for name in ("0", "2"):
        weight = numbers(entry(one, f"{name}.weight"))
        distinct = len(np.unique(weight)) / weight.size
        help = "Every element needs a random number of its own."
        assert_true(
            distinct > 0.95, "elements are copies of each other", returned=f"{distinct:.0%} distinct", help=help
        )
        for axis in range(weight.ndim):
            sums = weight.sum(axis) / np.sqrt(weight.shape[axis] * weight.var())
            assert_true(
                abs((sums**2).mean() - 1) < 8 * np.sqrt(2 / sums.size),
                f"elements along dimension {axis} are not independent",
                help=help,
            )


@check("correctness", points=2, depends_on=("test_linear_spread", "test_convolution_spread"))
def test_nested(submission, rng):
    """Layers are found at any depth, in lists, dictionaries and modules of one's own."""
    tensors = entry(run(submission, rng, "nested"), "tensors")
    for prefix in ("", "inner.deeper.1.", "inner.deeper.1.inner.deeper.1."):
        assert_he(entry(tensors, f"{prefix}maps.0.weight"), (80, 64), help="model.modules() visits every depth.")
        assert_xavier(entry(tensors, f"{prefix}inner.image.0.weight"), (32, 16, 3, 3))
        assert_norm(tensors, f"{prefix}inner.norm", 6)
        assert_norm(tensors, f"{prefix}inner.image.1", 32)


@check("correctness", points=1, depends_on=("test_linear_spread", "test_convolution_spread"))
def test_subclasses(submission, rng):
    """Subclasses of the layers are initialised too, and the layers that they hold."""
    tensors = entry(run(submission, rng, "subclasses"), "tensors")
    help = "isinstance decides, not the name or the exact type."
    assert_he(entry(tensors, "0.weight"), (80, 70), help=help)
    assert_xavier(entry(tensors, "1.0.weight"), (32, 16, 3, 3), help=help)
    assert_norm(tensors, "1.1", 6, help=help)
    tensors = entry(run(submission, rng, "attention"), "tensors")
    assert_he(entry(tensors, "0.out_proj.weight"), (72, 72), help=help)
    assert_close(entry(tensors, "0.out_proj.bias"), np.zeros(72), tol=0, help=help)
    tensors = entry(run(submission, rng, "one with another inside"), "tensors")
    help = "A layer may hold others: initialise it, and go on inside."
    assert_he(entry(tensors, "weight"), (80, 70), help=help)
    assert_he(entry(tensors, "inner.0.weight"), (80, 64), help=help)
    assert_close(entry(tensors, "inner.0.bias"), np.zeros(80), tol=0, help=help)


@check("correctness", points=2, depends_on="test_linear_spread")
def test_others_untouched(submission, rng):
    """Other layers, parameters of one's own, modes and gradients stay as they are."""
    help = "Only nn.Linear, nn.Conv2d, nn.BatchNorm1d and nn.BatchNorm2d: neither names nor numbers of dimensions tell."
    assert_kept(submission, rng, "others", lambda name: not name.startswith("0."), help)
    assert_kept(submission, rng, "attention", lambda name: "in_proj" in name, help)
    own = ("weight", "bias", "inner.deeper.1.weight", "inner.deeper.1.bias")
    assert_kept(submission, rng, "nested", lambda name: name in own, help)
    for training in (False, True):
        modes = entry(run(submission, rng, "norms", training=training), "modes")
        assert_true(modes == [training] * 4, "the mode was changed", returned=modes)
    held = {name: rng.normal(size=9) for name in ("0.weight", "0.bias")}
    after = entry(run(submission, rng, "norms", gradients=held), "gradients")
    for name, gradient in held.items():
        assert_close(entry(after, name), gradient.astype(np.float32), tol=0, help="Leave .grad as it is.")


@check("correctness", points=1, depends_on="test_norms")
def test_buffers_untouched(submission, rng):
    """Running statistics and other buffers stay as they are."""
    help = "reset_parameters and reset_running_stats touch the statistics: fill weight and bias only."
    assert_kept(submission, rng, "norms", lambda name: "running" in name or "tracked" in name, help)
    assert_kept(submission, rng, "nested", lambda name: name.endswith("table"), help)


@check("contract", points=2, depends_on=("test_linear_spread", "test_convolution_spread", "test_norms"))
def test_frozen(submission, rng):
    """Frozen parameters are initialised and stay frozen; the others stay trainable."""
    frozen = ["0.weight", "2.bias", "1.weight"]
    for kind, some in (("linear", frozen[:2]), ("convolutions", frozen[:2]), ("norms", frozen)):
        returned = run(submission, rng, kind, frozen=some)
        tensors, trainable = entry(returned, "tensors"), entry(returned, "trainable")
        for name in trainable:
            assert_true(
                trainable[name] is (name not in some),
                f"{name} is {'trainable' if trainable[name] else 'frozen'}, and was not",
                help="Leave requires_grad alone.",
            )
        help = "requires_grad says whether a parameter is trained, not whether it is initialised."
        if kind == "linear":
            assert_he(entry(tensors, "0.weight"), (60, 400), help=help)
            assert_close(entry(tensors, "2.bias"), np.zeros(400), tol=0, help=help)
        elif kind == "convolutions":
            assert_xavier(entry(tensors, "0.weight"), (96, 16, 3, 3), help=help)
            assert_close(entry(tensors, "2.bias"), np.zeros(16), tol=0, help=help)
        else:
            assert_norm(tensors, "0", 9, help=help)
            assert_norm(tensors, "1", 7, help=help)


@check("contract", points=2, depends_on=("test_linear_spread", "test_convolution_spread", "test_norms"))
def test_same_objects(submission, rng):
    """The parameters that were there before hold the new values, in their dtype."""
    help = "Fill the tensors in place; a new nn.Parameter is unknown to the optimiser."
    for dtype in ("float32", "float64"):
        held = entry(run(submission, rng, "linear", dtype=dtype), "held")
        assert_he(entry(held, "0.weight"), (60, 400), dtype=dtype, help=help)
        assert_close(entry(held, "0.bias"), np.zeros(60), dtype=dtype, tol=0, help=help)
        held = entry(run(submission, rng, "convolutions", dtype=dtype), "held")
        assert_xavier(entry(held, "0.weight"), (96, 16, 3, 3), dtype=dtype, help=help)
        held = entry(run(submission, rng, "norms", dtype=dtype), "held")
        assert_norm(held, "0", 9, dtype=dtype, help=help)


@check("stability", points=2, depends_on=("test_linear_spread", "test_convolution_spread"))
def test_missing_parts(submission, rng):
    """Layers without a bias and norms without weight and bias work, and those behind them are reached."""
    tensors = entry(run(submission, rng, "bare"), "tensors")
    help = "bias, and a norm's weight, may be None."
    assert_he(entry(tensors, "0.weight"), (80, 64), help=help)
    assert_xavier(entry(tensors, "1.weight"), (32, 16, 3, 3), help=help)
    assert_he(entry(tensors, "4.weight"), (80, 70), help=help)
    assert_close(entry(tensors, "4.bias"), np.zeros(80), tol=0, help=help)


@check("correctness", points=1, depends_on=("test_linear_spread", "test_convolution_spread"))
def test_model_itself(submission, rng):
    """A model that is itself such a layer is initialised."""
    help = "model.modules() begins with the model itself; model.children() does not."
    tensors = entry(run(submission, rng, "one linear"), "tensors")
    assert_he(entry(tensors, "weight"), (80, 64), help=help)
    assert_close(entry(tensors, "bias"), np.zeros(80), tol=0, help=help)
    tensors = entry(run(submission, rng, "one convolution"), "tensors")
    assert_xavier(entry(tensors, "weight"), (32, 16, 3, 3), help=help)
    tensors = entry(run(submission, rng, "one norm"), "tensors")
    assert_close(entry(tensors, "weight"), np.ones(8), tol=0, help=help)


@check("contract", points=1, depends_on="test_linear_spread")
def test_returns_nothing(submission, rng):
    """The function works in place and returns None."""
    result = entry(run(submission, rng, "norms"), "result")
    assert_true(result is None, "something came back", returned=result, wanted="None")


@check("contract", points=1, testimony=True)
def test_global_state(submission, rng):
    """Nothing is printed or set, and torch's generator is not re-seeded."""
    one, other = (int(seed) for seed in rng.integers(1, 2**40, size=2))
    draws = submission.probe.draws_after([one, one, other], "norms")
    assert_shape(draws, (3, 4))
    first, again, second = as_array(draws).tolist()
    help = "Seeding belongs to whoever runs the experiment."
    assert_true(first == again != second, "torch's global generator was re-seeded", help=help)
    seen = submission.probe.initialised.observe("norms", {}, draws=True)
    assert_true(not seen.settings, "changed: " + ", ".join(seen.settings), help=help)
    assert_true(not seen.printed, "something was printed", returned=seen.printed[:100])


HE = "nn.init.kaiming_normal_ with fan_in and the gain of ReLU: variance 2 / fan_in, and the weight is (out, in)."
XAVIER = "nn.init.xavier_uniform_: uniform on ±sqrt(6 / (fan_in + fan_out)), the kernel's area in both fans."


def secrets(submission, rng, kind):
    """Values for every tensor of that model, of another mean and spread than any that is asked for."""
    shapes = submission.probe.layout(kind)
    read = isinstance(shapes, dict) and all(type(name) is str and is_shape(shape) for name, shape in shapes.items())
    assert_true(read, "the model's layout could not be read")
    return {
        name: np.asarray(rng.integers(5, 99) if name.endswith("tracked") else rng.uniform(2.0, 4.0, size=shape))
        for name, shape in shapes.items()
    }


def is_shape(shape):
    """Of no more than a million elements: a forged one must not make us draw what fills the memory."""
    return isinstance(shape, list) and all(type(size) is int and size >= 0 for size in shape) and prod(shape) <= 1e6


def run(submission, rng, kind, **options):
    return submission.probe.initialised(kind, secrets(submission, rng, kind), **options)


def numbers(value):
    array = as_array(value)
    finite = array.dtype.kind in "biuf" and bool(np.isfinite(array).all())
    assert_true(finite, "the weights are not finite numbers", returned=array)
    return array.astype(np.float64)


def assert_spread(weight, shape, variance, kurtosis, dtype="float32", help=None):
    """Mean and variance, each to eight standard deviations."""
    assert_close(weight, as_array(weight), dtype=dtype)
    assert_shape(weight, shape)
    weight = numbers(weight)
    mean = weight.mean() / np.sqrt(variance)
    assert_true(abs(mean) < 8 / np.sqrt(weight.size), "the mean is not 0", returned=f"{weight.mean():.3g}", help=help)
    ratio = weight.var() / variance
    bound = 8 * np.sqrt((kurtosis - 1) / weight.size)
    returned, wanted = f"{weight.var():.4g}", f"{variance:.4g}"
    assert_true(abs(ratio - 1) < bound, "the variance is wrong", returned=returned, wanted=wanted, help=help)


def assert_he(weight, shape, dtype="float32", help=None):
    assert_spread(weight, shape, 2 / shape[1], 3, dtype, help or HE)
    weight = numbers(weight)
    found = float((weight**4).mean() / (weight**2).mean() ** 2)
    help = help or "Normal, not uniform, and without cutting its tails off."
    bound = 11 * np.sqrt(24 / weight.size)  # the estimate has heavier tails than a normal one
    assert_true(abs(found - 3) < bound, "the weights are not normal", returned=f"kurtosis {found:.2f}", help=help)


def limit(shape):
    area = int(np.prod(shape[2:]))
    return np.sqrt(6 / ((shape[0] + shape[1]) * area))


def assert_xavier(weight, shape, dtype="float32", help=None):
    bound = limit(shape)
    assert_spread(weight, shape, bound**2 / 3, 1.8, dtype, help or XAVIER)
    largest, n = float(np.abs(numbers(weight)).max()), int(np.prod(shape))
    reached = bound * (1 - 20 / n) < largest < bound * (1 + 1e-6)
    help = help or "Uniform: every value up to the limit is as likely as any other, and none lies beyond."
    returned, wanted = f"up to {largest:.6g}", f"up to {bound:.6g}"
    assert_true(reached, "the weights are not uniform", returned=returned, wanted=wanted, help=help)


def assert_norm(tensors, name, size, dtype="float32", help=None):
    help = help or "A batch norm starts with weight 1 and bias 0."
    assert_close(entry(tensors, f"{name}.weight"), np.ones(size), dtype=dtype, tol=0, help=help)
    assert_close(entry(tensors, f"{name}.bias"), np.zeros(size), dtype=dtype, tol=0, help=help)


def assert_kept(submission, rng, kind, wanted, help):
    values = secrets(submission, rng, kind)
    tensors = entry(submission.probe.initialised(kind, values), "tensors")
    for name, value in values.items():
        if wanted(name):
            before = value.astype(np.float32) if value.dtype.kind == "f" else value
            assert_close(entry(tensors, name), before, tol=0, help=f"{name} was changed. {help}")
