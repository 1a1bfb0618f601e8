"""Hidden grader of `losses`: secret inputs, against torch's own losses in float64."""

import numpy as np
import torch
from torch.nn import functional as F

from etude.grading import (
    TensorValue,
    assert_close,
    assert_raises,
    assert_rules,
    assert_true,
    assert_unchanged,
    check,
)

SHAPES = [(7,), (5, 3), (1,), (), (2, 3, 2, 2), (4, 1)]
ORACLES = {
    "binary_cross_entropy": F.binary_cross_entropy,
    "categorical_cross_entropy": F.cross_entropy,
    "mse_loss": F.mse_loss,
}


def tensor(array, dtype="float64"):
    return torch.from_numpy(np.asarray(array)).to(getattr(torch, dtype))


def probabilities(rng, *shape, dtype="float64"):
    """Predictions away from 0 and 1, and soft labels."""
    return tensor(rng.uniform(0.1, 0.9, size=shape), dtype), tensor(rng.uniform(size=shape), dtype)


def scores(rng, rows=6, classes=4, scale=1.0, dtype="float64"):
    return tensor(rng.uniform(-scale, scale, size=(rows, classes)), dtype), tensor(
        rng.integers(0, classes, size=rows), "int64"
    )


def numbers(rng, *shape, dtype="float64"):
    return tensor(rng.normal(size=shape), dtype), tensor(rng.normal(size=shape), dtype)


def assert_loss(actual, name, first, second, *, dtype="float64", tol=None, help=None):
    """A 0-d tensor of that dtype with torch's value for the same inputs."""
    wanted = ORACLES[name](first.double(), second if second.dtype == torch.int64 else second.double())
    assert_true(isinstance(actual, TensorValue), "the result is no tensor", returned=type(actual).__name__, help=help)
    assert_close(actual, wanted.numpy(), dtype=dtype, tol=tol, help=help)


def assert_loss_gradient(submission, name, first, second, weight, help=None):
    leaf = first.clone().requires_grad_()
    (ORACLES[name](leaf, second) * weight).backward()
    actual = submission.probe.gradient(name, first, second, weight)
    assert_close(
        actual, leaf.grad, dtype="float64", help=help or "Stay with tensors: item() and detach() cut the graph."
    )


@check("correctness", points=2)
def test_mse(submission, rng):
    """mse_loss is the mean of the squared differences over all elements, whatever the shape."""
    help = "Square the difference and take the mean over everything: no factor 1/2, and no sum over a dimension."
    for shape in SHAPES:
        pair = numbers(rng, *shape)
        assert_loss(submission.mse_loss(*pair), "mse_loss", *pair, help=help)


@check("correctness", points=2)
def test_binary(submission, rng):
    """binary_cross_entropy is the mean of -(y log p + (1 - y) log(1 - p)) over all elements, whatever the shape."""
    help = "Both terms count, for labels between 0 and 1 too; take the mean over everything."
    for shape in SHAPES:
        pair = probabilities(rng, *shape)
        assert_loss(submission.binary_cross_entropy(*pair), "binary_cross_entropy", *pair, help=help)


@check("correctness", points=2)
def test_categorical(submission, rng):
    """categorical_cross_entropy is the mean over the rows of -log softmax at the target."""
    help = "The softmax is over the classes, dimension 1, and the mean over the N rows."
    for rows, classes in [(6, 4), (3, 5), (1, 3), (4, 1)]:
        pair = scores(rng, rows, classes, scale=1.5)
        actual = submission.categorical_cross_entropy(*pair)
        assert_loss(actual, "categorical_cross_entropy", *pair, help=help)


@check("stability", points=2, depends_on="test_binary")
def test_binary_clamped(submission, rng):
    """Each logarithm is clamped to at least -100, and nothing else changes, at p = 0, at p = 1 and near them."""
    tiny = rng.uniform(1, 9)
    help = (
        "Clamp log(p) and log(1 - p), each by itself and before you multiply; adding a small number to p is no clamp."
    )
    near = [tiny * 1e-40, tiny * 1e-12, 1 - 1e-12 * tiny, tiny * 1e-60]
    for p in [0.0, 1.0, *near]:
        for y in [0.0, 1.0, rng.uniform(0.2, 0.8)]:
            pair = tensor([p, rng.uniform(0.3, 0.7)]), tensor([y, rng.uniform()])
            assert_loss(submission.binary_cross_entropy(*pair), "binary_cross_entropy", *pair, help=help)
    pair = tensor([0.0, 1.0, 0.0, 1.0, 0.5], "float32"), tensor([0.0, 1.0, rng.uniform(), 0.0, 1.0], "float32")
    actual = submission.binary_cross_entropy(*pair)
    assert_loss(actual, "binary_cross_entropy", *pair, dtype="float32", help=help)


@check("stability", points=1, depends_on="test_categorical")
def test_categorical_exact(submission, rng):
    """Small probabilities are exact: nothing is added to them."""
    pair = scores(rng, rows=8, scale=20.0)
    help = (
        "log(softmax + eps) is off wherever the probability is not much larger than eps: take both logarithms together."
    )
    actual = submission.categorical_cross_entropy(*pair)
    assert_loss(actual, "categorical_cross_entropy", *pair, help=help)


@check("stability", points=2, depends_on="test_categorical")
def test_large_scores(submission, rng):
    """Scores of ±10,000 give the exact, finite loss and a finite gradient."""
    help = "Subtract the row's largest score before you exponentiate, and never take the logarithm of a softmax."
    for scale in (1e3, 1e4):
        for dtype in ("float64", "float32"):
            z, t = scores(rng, scale=scale, dtype=dtype)
            z[0, :2] = torch.tensor([scale, -scale])
            t[0] = 1
            actual = submission.categorical_cross_entropy(z, t)
            assert_loss(actual, "categorical_cross_entropy", z, t, dtype=dtype, help=help)
        z, t = scores(rng, scale=scale)
        assert_loss_gradient(submission, "categorical_cross_entropy", z, t, rng.uniform(0.5, 2.0), help)


@check("stability", points=1, depends_on="test_categorical")
def test_rows_of_different_size(submission, rng):
    """Rows whose scores lie far apart from each other do not disturb each other."""
    z, t = scores(rng, rows=5)
    z += tensor([[0.0], [9000.0], [-9000.0], [rng.uniform(-900, 900)], [3.0]])
    help = "Each row has a largest score of its own."
    assert_loss(submission.categorical_cross_entropy(z, t), "categorical_cross_entropy", z, t, tol=1e-10, help=help)
    assert_loss_gradient(submission, "categorical_cross_entropy", z, t, rng.uniform(0.5, 2.0), help)


@check("gradient", points=1, depends_on="test_mse")
def test_mse_gradient(submission, rng):
    """The gradient of mse_loss reaches y_pred."""
    assert_loss_gradient(submission, "mse_loss", *numbers(rng, 3, 4), rng.uniform(0.5, 2.0))


@check("gradient", points=1, depends_on="test_binary")
def test_binary_gradient(submission, rng):
    """The gradient of binary_cross_entropy reaches y_pred, for 0 < p < 1."""
    assert_loss_gradient(submission, "binary_cross_entropy", *probabilities(rng, 3, 4), rng.uniform(0.5, 2.0))
    p = tensor([1e-6, 1 - 1e-6, rng.uniform(0.2, 0.8)])
    assert_loss_gradient(submission, "binary_cross_entropy", p, tensor([1.0, 0.0, 1.0]), rng.uniform(0.5, 2.0))


@check("gradient", points=1, depends_on="test_categorical")
def test_categorical_gradient(submission, rng):
    """The gradient of categorical_cross_entropy reaches logits."""
    assert_loss_gradient(submission, "categorical_cross_entropy", *scores(rng), rng.uniform(0.5, 2.0))
    tied = tensor(np.full((3, 4), rng.normal())), tensor(rng.integers(0, 4, size=3), "int64")
    help = "Where several scores are the largest, the maximum's own gradient must not show."
    assert_loss_gradient(submission, "categorical_cross_entropy", *tied, rng.uniform(0.5, 2.0), help)


@check("contract", points=2, depends_on=("test_mse", "test_binary", "test_categorical"))
def test_dtype(submission, rng):
    """The result has the dtype of the input, half precision included."""
    for dtype in ("float32", "float16", "bfloat16"):
        for name, pair in {
            "mse_loss": numbers(rng, 20, 5, dtype=dtype),
            "binary_cross_entropy": probabilities(rng, 20, 5, dtype=dtype),
            "categorical_cross_entropy": scores(rng, rows=60, dtype=dtype),
        }.items():
            help = "Convert nothing to float32 or float64, and make new tensors in the input's dtype."
            assert_loss(getattr(submission, name)(*pair), name, *pair, dtype=dtype, help=help)


@check("contract", points=1, depends_on=("test_mse", "test_binary", "test_categorical"))
def test_strided(submission, rng):
    """Views that do not lie in memory in order work too."""
    for name, pair in {
        "mse_loss": numbers(rng, 5, 3),
        "binary_cross_entropy": probabilities(rng, 5, 3),
        "categorical_cross_entropy": scores(rng),
    }.items():
        assert_loss(
            submission.probe.strided(name, *pair), name, *pair, help="reshape() takes any view, view() does not."
        )


@check("contract", points=1, depends_on=("test_mse", "test_binary", "test_categorical"), testimony=True)
def test_device(submission, rng, device):
    """The result lies where the input does."""
    for name, pair in {
        "mse_loss": numbers(rng, 5, 3),
        "binary_cross_entropy": probabilities(rng, 5, 3),
        "categorical_cross_entropy": scores(rng),
    }.items():
        for place in {"meta", device}:
            found = submission.probe.device_of_result(name, *pair, place)
            same = isinstance(found, str) and found.split(":")[0] == place.split(":")[0]
            help = "Make new tensors where the first argument is, and take no numbers out of tensors on the way."
            assert_true(same, f"{name} gave a result elsewhere", returned=str(found)[:50], wanted=place, help=help)


def mismatched(rng, draw):
    """Pairs of different shapes, most of which could be broadcast."""
    shapes = [((4,), (4, 1)), ((4, 1), (4,)), ((5,), (1,)), ((), (3,)), ((3,), ()), ((2, 3), (3,)), ((2, 3), (3, 2))]
    shapes += [((4,), (5,)), ((1, 3), (3, 1))]
    for one, other in shapes:
        yield draw(rng, *one)[0], draw(rng, *other)[0]


@check("errors", points=1, depends_on="test_mse")
def test_mse_errors(submission, rng):
    """mse_loss raises ValueError where the shapes differ: nothing is broadcast."""
    for pair in mismatched(rng, numbers):
        assert_raises(ValueError, submission.mse_loss, *pair)


@check("errors", points=1, depends_on="test_binary")
def test_binary_errors(submission, rng):
    """binary_cross_entropy raises ValueError where the shapes differ: nothing is broadcast."""
    for pair in mismatched(rng, probabilities):
        assert_raises(ValueError, submission.binary_cross_entropy, *pair)


@check("errors", points=1, depends_on="test_categorical")
def test_categorical_errors(submission, rng):
    """categorical_cross_entropy raises ValueError unless logits are (N, C) and target is (N,)."""
    z, t = scores(rng, rows=4, classes=4)
    for logits, target in [
        (z, t[:3]),
        (z, t[:1]),
        (z[:1], t),
        (z, t[:, None]),
        (z, t[None]),
        (z[:1], t[0]),
        (z[0], t),
        (z[0], t[0]),
        (z[:, :, None], t),
        (z[:, :, None], t[:, None]),
    ]:
        assert_raises(ValueError, submission.categorical_cross_entropy, logits, target)


@check("contract", points=1, testimony=True)
def test_side_effects(submission, rng):
    """Arguments are as before, nothing is printed, and torch's settings and generators are left alone."""
    assert_unchanged(submission.mse_loss, *numbers(rng, 3, 2))
    assert_unchanged(submission.binary_cross_entropy, *probabilities(rng, 3, 2))
    assert_unchanged(submission.binary_cross_entropy, tensor([0.0, 1.0]), tensor([rng.uniform(), 1.0]))
    assert_unchanged(submission.categorical_cross_entropy, *scores(rng))


@check("rules", points=1)
def test_by_hand(submission, rng):
    """None of the library's losses, softmaxes and log-sum-exps is used."""

    def run(watched):
        watched.mse_loss(*numbers(rng, 3))
        watched.binary_cross_entropy(*probabilities(rng, 3))
        watched.categorical_cross_entropy(*scores(rng))

    assert_rules(submission, run)
