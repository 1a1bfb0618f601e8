"""Hidden grader of `debug_regularizer`: secret parameters and losses, against the formula in float64.

Each of the four faults has checks of its own. The others use lambda_l2 = 0, models without vectors, a loss that is used
once and the CPU, so that no fault touches them.
"""

import numpy as np
import torch

from etude.grading import (
    TensorValue,
    as_array,
    assert_close,
    assert_shape,
    assert_true,
    assert_unchanged,
    check,
    entry,
    unpack,
)


def draw(rng, *shape, dtype="float64"):
    """Values of either sign, none near zero."""
    values = rng.uniform(0.2, 2.0, size=shape) * rng.choice([-1.0, 1.0], size=shape)
    return torch.from_numpy(np.asarray(values)).to(getattr(torch, dtype))


def dense(rng, dtype="float64"):
    """Two linear layers without biases."""
    return [
        ("Linear", (4, 3, False), {"weight": draw(rng, 3, 4, dtype=dtype)}),
        ("Linear", (3, 2, False), {"weight": draw(rng, 2, 3, dtype=dtype)}),
    ]


def only_l1(rng):
    return {"lambda_l1": rng.uniform(0.1, 1.0), "lambda_l2": 0.0}


def only_l2(rng):
    return {"lambda_l1": 0.0, "lambda_l2": rng.uniform(0.1, 1.0)}


def weights_of(layers, dimensions=2):
    return [value for _, _, values in layers for value in values.values() if value.dim() >= dimensions]


def assert_result(actual, loss, weights, lambda_l1=0.01, lambda_l2=0.01, *, dtype="float64", tol=None, help=None):
    """A 0-d tensor with the value of the formula."""
    arrays = [weight.double().numpy() for weight in weights]
    wanted = loss.item() + sum(lambda_l1 * np.abs(w).sum() + lambda_l2 * (w**2).sum() for w in arrays)
    assert_true(isinstance(actual, TensorValue), "the result is no tensor", returned=type(actual).__name__)
    assert_close(actual, wanted, dtype=dtype, tol=tol, help=help)


@check("correctness", points=1)
def test_l1(submission, rng):
    """lambda_l1 times the sum of the weights' absolute values is added."""
    layers, loss, lambdas = dense(rng), draw(rng), only_l1(rng)
    actual = submission.probe.result(layers, loss, lambdas)
    assert_result(actual, loss, weights_of(layers), **lambdas, help="Sum |w| over all elements of all weights.")


@check("correctness", points=2)
def test_l2(submission, rng):
    """lambda_l2 times the sum of the weights' squares is added."""
    layers, loss, lambdas = dense(rng), draw(rng), only_l2(rng)
    help = "Sum w**2 over all elements. What does norm() do after that?"
    assert_result(submission.probe.result(layers, loss, lambdas), loss, weights_of(layers), **lambdas, help=help)


@check("correctness", points=2)
def test_vectors_not_penalised(submission, rng):
    """Biases, norm scales and 0-d parameters are not penalised."""
    layers = [
        ("Linear", (4, 3), {"weight": draw(rng, 3, 4), "bias": draw(rng, 3)}),
        ("BatchNorm1d", (3,), {"weight": draw(rng, 3), "bias": draw(rng, 3)}),
        ("Module", (), {"temperature": draw(rng), "kernel": draw(rng, 6)}),
    ]
    loss, lambdas = draw(rng), only_l1(rng)
    help = "Only parameters with two or more dimensions count. A norm's scale is called weight too."
    assert_result(submission.probe.result(layers, loss, lambdas), loss, weights_of(layers), **lambdas, help=help)


@check("correctness", points=2)
def test_loss_unchanged(submission, rng):
    """The loss passed in is unchanged, and may be used again: also one that requires gradients itself."""
    lambdas = only_l1(rng)
    for leaf in (False, True):
        layers, loss = dense(rng), draw(rng)
        first, second, after = unpack(submission.probe.twice(layers, loss, lambdas, leaf), 3)
        help = "Whose memory does that assignment write into?"
        assert_result(first, loss, weights_of(layers), **lambdas, help=help)
        assert_result(second, loss, weights_of(layers), **lambdas, help=help)
        assert_close(after, loss.detach(), dtype="float64", tol=0, help=help)


@check("stability", points=1, depends_on="test_l1")
def test_nothing_penalised(submission, rng):
    """Where nothing is penalised the result is a tensor of its own, equal to the loss, and differentiable like it."""
    lambdas, none = only_l1(rng), {"lambda_l1": 0.0, "lambda_l2": 0.0}
    for layers, factors, frozen in (
        ([("ReLU", (), {})], lambdas, []),
        (dense(rng), lambdas, ["0.weight", "1.weight"]),
        (dense(rng), none, []),
    ):
        loss = draw(rng)
        found, after = unpack(submission.probe.overwrite(layers, loss, factors, frozen, rng.uniform(5, 9)), 2)
        help = "Result and loss are one tensor: what the caller does to one happens to the other."
        assert_result(found, loss, [], help=help)
        assert_close(after, loss, dtype="float64", tol=0, help=help)
        x, weights = draw(rng, 5), draw(rng, 5)
        found = submission.probe.gradients(layers, x, weights, factors, frozen=frozen)
        assert_close(entry(found, "x"), weights, dtype="float64", help="A new tensor need not be cut off: no detach().")


@check("contract", points=1, depends_on="test_l1", testimony=True)
def test_device(submission, rng, device):
    """The result lies on the loss's device, whatever the model's: also where neither is the CPU."""
    layers, lambdas = dense(rng), only_l1(rng)
    places = [("meta", "meta"), ("cpu", "meta")]
    if device != "cpu":
        places += [(device, device), (device, "cpu"), ("cpu", device)]
    for place in places:
        found = submission.probe.device_of_result(layers, draw(rng), lambdas, *place)
        wanted = torch.device(place[1]).type
        same = isinstance(found, str) and found.split(":")[0] == wanted
        help = "Where does each tensor live that the code makes?"
        assert_true(same, "the result is on another device", returned=str(found)[:50], wanted=wanted, help=help)


@check("correctness", points=1, depends_on="test_l1")
def test_every_trainable_matrix(submission, rng):
    """Every parameter of two or more dimensions is penalised, once, unless it is frozen."""
    layers = [
        *dense(rng),
        ("Conv2d", (2, 3, 2, 1, 0, 1, 1, False), {"weight": draw(rng, 3, 2, 2, 2)}),
        ("LayerNorm", ((2, 3),), {"weight": draw(rng, 2, 3), "bias": draw(rng, 2, 3)}),
        ("Module", (), {"kernel": draw(rng, 2, 1, 3, 1, 2), "bias_table": draw(rng, 1, 4)}),
        *dense(rng),
    ]
    loss, lambdas = draw(rng), only_l1(rng)
    actual = submission.probe.result(layers, loss, lambdas, frozen=["1.weight"], tied=[(5, 0)])
    weights = weights_of([layers[0], *layers[2:5], layers[6]])
    help = "The number of dimensions decides, not the layer and not the name; shared parameters count once."
    assert_result(actual, loss, weights, **lambdas, help=help)


@check("contract", points=1, depends_on="test_l1")
def test_defaults(submission, rng):
    """Both factors are 0.01 where they are not given."""
    layers, loss = dense(rng), draw(rng)
    for _, _, values in layers:  # of norm 1, where a norm and its square are the same
        values["weight"] /= values["weight"].norm()
    assert_result(submission.probe.result(layers, loss, {}), loss, weights_of(layers))


@check("gradient", points=1, depends_on="test_l1")
def test_gradient(submission, rng):
    """Gradients reach the weights, lambda_l1 sign(w), and all that the loss was computed from."""
    layers, x, factors, lambdas = dense(rng), draw(rng, 5), draw(rng, 5), only_l1(rng)
    found = submission.probe.gradients(layers, x, factors, lambdas)
    help = "Stay with tensors: item(), detach(), .data and torch.tensor(...) cut the graph."
    assert_close(entry(found, "x"), factors, dtype="float64", help=help)
    for index, weight in enumerate(weights_of(layers)):
        wanted = lambdas["lambda_l1"] * np.sign(weight.numpy())
        assert_close(entry(found, f"{index}.weight"), wanted, dtype="float64", help=help)


@check("stability", points=1, depends_on="test_gradient")
def test_zero_weights(submission, rng):
    """Weights of 0 give finite gradients: at most lambda_l1 in size."""
    layers, lambdas = dense(rng), only_l1(rng)
    layers[0][2]["weight"][1:] = 0
    layers[1][2]["weight"].zero_()
    found = submission.probe.gradients(layers, draw(rng, 5), draw(rng, 5), lambdas)
    for index, weight in enumerate(weights_of(layers)):
        actual, w = as_array(entry(found, f"{index}.weight")), weight.numpy()
        assert_shape(actual, w.shape)
        help = "The derivative of a root is infinite at 0, and infinity times 0 is NaN: use abs()."
        wanted = lambdas["lambda_l1"] * np.sign(w)
        assert_close(np.where(w == 0, 0, actual), wanted, dtype="float64", help=help)
        small = bool((np.abs(actual[w == 0]) <= lambdas["lambda_l1"] * (1 + 1e-9)).all())
        assert_true(small, "the gradient at a weight of 0 is wrong", wanted="at most lambda_l1 in size", help=help)


@check("gradient", points=1)
def test_gradient_of_l2(submission, rng):
    """The L2 term's gradient is 2 lambda_l2 w."""
    layers, lambdas = dense(rng), only_l2(rng)
    found = submission.probe.gradients(layers, draw(rng, 5), draw(rng, 5), lambdas)
    help = "The gradient of a sum of squares grows with the weight; that of a norm does not."
    for index, weight in enumerate(weights_of(layers)):
        wanted = 2 * lambdas["lambda_l2"] * weight.numpy()
        assert_close(entry(found, f"{index}.weight"), wanted, dtype="float64", help=help)


@check("contract", points=1, depends_on="test_l1")
def test_dtype(submission, rng):
    """The result has the loss's dtype, whatever the model's."""
    for of_model, of_loss, tol in (
        ("float32", "float64", 1e-5),
        ("float64", "float32", 1e-5),
        ("bfloat16", "bfloat16", 3e-2),
    ):
        layers, loss, lambdas = dense(rng, of_model), draw(rng, dtype=of_loss), only_l1(rng)
        actual = submission.probe.result(layers, loss, lambdas)
        help = "Convert the penalty before you add it."
        assert_result(actual, loss.double(), weights_of(layers), **lambdas, dtype=of_loss, tol=tol, help=help)


@check("contract", points=1, depends_on="test_l1")
def test_model_unchanged(submission, rng):
    """Parameters and their gradients stay as they are."""
    layers, names = dense(rng), ["0.weight", "1.weight"]
    old = {name: draw(rng, *weight.shape) for name, weight in zip(names, weights_of(layers), strict=True)}
    found = submission.probe.model_afterwards(layers, old, draw(rng), only_l1(rng))
    for name, weight in zip(names, weights_of(layers), strict=True):
        value, gradient = unpack(entry(found, name), 2)
        assert_close(value, weight, dtype="float64", tol=0, help="Methods ending in an underscore change the weights.")
        assert_close(gradient, old[name], dtype="float64", tol=0, help="Calling backward is the caller's business.")


@check("contract", points=1, depends_on="test_l1", testimony=True)
def test_side_effects(submission, rng):
    """Nothing is printed, and torch's settings and generators are left alone."""
    layers = [("Module", (), {"kernel": draw(rng, 3, 4)})]  # building this draws nothing
    assert_unchanged(submission.probe.result, layers, draw(rng), only_l1(rng))
