"""Hidden grader of `regularized_loss`: secret parameters and losses, against the formula in float64."""

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


def secret_lambdas(rng):
    return {"lambda_l1": rng.uniform(0.1, 1.0), "lambda_l2": rng.uniform(0.1, 1.0)}


def secret_loss(rng, dtype="float64"):
    return draw(rng, 5, dtype=dtype), draw(rng, 5, dtype=dtype)


def penalty(weights, lambda_l1=0.01, lambda_l2=0.01):
    arrays = [weight.double().numpy() for weight in weights]
    return sum(lambda_l1 * np.abs(w).sum() + lambda_l2 * (w**2).sum() for w in arrays)


def weights_of(layers, dimensions=2):
    return [value for _, _, values in layers for value in values.values() if value.dim() >= dimensions]


def assert_result(actual, loss, weights, lambdas, *, dtype="float64", tol=None, help=None):
    """A 0-d tensor with the value of the formula. `loss`: x and factors, or the number."""
    if isinstance(loss, tuple):
        loss = (loss[0].double() * loss[1].double()).sum()
    assert_true(isinstance(actual, TensorValue), "the result is no tensor", returned=type(actual).__name__)
    assert_close(actual, float(loss) + penalty(weights, **lambdas), dtype=dtype, tol=tol, help=help)


@check("correctness", points=2)
def test_l1(submission, rng):
    """lambda_l1 times the sum of the weights' absolute values is added."""
    layers, loss, lambdas = dense(rng), secret_loss(rng), {"lambda_l1": rng.uniform(0.1, 1.0), "lambda_l2": 0.0}
    help = "Sum |w| over all elements of all weight matrices."
    assert_result(submission.probe.result(layers, *loss, lambdas), loss, weights_of(layers), lambdas, help=help)


@check("correctness", points=2)
def test_l2(submission, rng):
    """lambda_l2 times the sum of the weights' squares is added."""
    layers, loss, lambdas = dense(rng), secret_loss(rng), {"lambda_l1": 0.0, "lambda_l2": rng.uniform(0.1, 1.0)}
    help = "Sum w**2 over all elements: no root, no mean, no factor 1/2."
    assert_result(submission.probe.result(layers, *loss, lambdas), loss, weights_of(layers), lambdas, help=help)


@check("contract", points=1, depends_on=("test_l1", "test_l2"))
def test_defaults(submission, rng):
    """Both factors are 0.01 where they are not given."""
    layers, loss = dense(rng), secret_loss(rng)
    assert_result(submission.probe.result(layers, *loss, {}), loss, weights_of(layers), {})


@check("correctness", points=2, depends_on="test_l1")
def test_vectors_not_penalised(submission, rng):
    """Biases, norm scales and 0-d parameters are not penalised."""
    layers = [
        ("Linear", (4, 3), {"weight": draw(rng, 3, 4), "bias": draw(rng, 3)}),
        ("BatchNorm1d", (3,), {"weight": draw(rng, 3), "bias": draw(rng, 3)}),
        ("PReLU", (), {"weight": draw(rng, 1)}),
        ("Module", (), {"temperature": draw(rng), "kernel": draw(rng, 6)}),
    ]
    loss, lambdas = secret_loss(rng), secret_lambdas(rng) | {"lambda_l2": 0.0}
    help = "Ask for p.dim() >= 2: a norm's scale is called weight too."
    assert_result(submission.probe.result(layers, *loss, lambdas), loss, weights_of(layers), lambdas, help=help)


@check("correctness", points=1, depends_on="test_l1")
def test_every_matrix(submission, rng):
    """Parameters of two or more dimensions are penalised in every layer and under every name."""
    loss, lambdas = secret_loss(rng), secret_lambdas(rng) | {"lambda_l2": 0.0}
    for layer in (
        ("Conv2d", (2, 3, 2, 1, 0, 1, 1, False), {"weight": draw(rng, 3, 2, 2, 2)}),
        ("Conv3d", (1, 2, 2, 1, 0, 1, 1, False), {"weight": draw(rng, 2, 1, 2, 2, 2)}),
        ("Embedding", (5, 3), {"weight": draw(rng, 5, 3)}),
        ("LayerNorm", ((2, 3),), {"weight": draw(rng, 2, 3), "bias": draw(rng, 2, 3)}),
        ("RNN", (2, 3, 1, "tanh", False), {"weight_ih_l0": draw(rng, 3, 2), "weight_hh_l0": draw(rng, 3, 3)}),
        ("Module", (), {"kernel": draw(rng, 2, 1, 3), "bias_table": draw(rng, 1, 4)}),
    ):
        layers = [*dense(rng), layer]
        help = "The number of dimensions decides: not the class of the layer, and not the parameter's name."
        assert_result(submission.probe.result(layers, *loss, lambdas), loss, weights_of(layers), lambdas, help=help)


@check("correctness", points=1, depends_on="test_l1")
def test_frozen(submission, rng):
    """Parameters that do not require gradients, and buffers, are not penalised."""
    layers, loss, lambdas = dense(rng), secret_loss(rng), secret_lambdas(rng) | {"lambda_l2": 0.0}
    help = "Leave out what does not require gradients."
    for frozen in (0, 1):
        actual = submission.probe.result(layers, *loss, lambdas, frozen=[f"{frozen}.weight"])
        assert_result(actual, loss, weights_of(layers[1 - frozen :][:1]), lambdas, help=help)
    layers = [*layers, ("Module", (), {"table": draw(rng, 3, 2)})]
    actual = submission.probe.result(layers, *loss, lambdas, buffers=["2.table"])
    assert_result(actual, loss, weights_of(layers[:2]), lambdas, help="Buffers are in state_dict(), but not learnt.")


@check("correctness", points=1, depends_on="test_l1")
def test_shared(submission, rng):
    """A weight that two layers share counts once; two that merely have the same values count both."""
    layers, loss, lambdas = [*dense(rng), *dense(rng)], secret_loss(rng), secret_lambdas(rng) | {"lambda_l2": 0.0}
    layers[3][2]["weight"] = layers[1][2]["weight"].clone()
    actual = submission.probe.result(layers, *loss, lambdas, tied=[("2.weight", "0.weight")])
    help = "model.parameters() gives each parameter once; going through the modules does not."
    assert_result(actual, loss, [*weights_of(layers[:2]), *weights_of(layers[3:])], lambdas, help=help)


@check("gradient", points=2, depends_on="test_l1")
def test_gradient(submission, rng):
    """Gradients reach the weights (lambda_l1 sign(w) + 2 lambda_l2 w) and all that the loss was computed from."""
    layers, (x, factors), lambdas = dense(rng), secret_loss(rng), secret_lambdas(rng)
    found = submission.probe.gradients(layers, x, factors, lambdas)
    help = "Stay with tensors: item(), detach(), .data and torch.tensor(...) cut the graph."
    assert_close(entry(found, "x"), factors, dtype="float64", help=help)
    for index, weight in enumerate(weights_of(layers)):
        wanted = lambdas["lambda_l1"] * np.sign(weight.numpy()) + 2 * lambdas["lambda_l2"] * weight.numpy()
        assert_close(entry(found, f"{index}.weight"), wanted, dtype="float64", help=help)


@check("stability", points=1, depends_on="test_gradient")
def test_zero_weights(submission, rng):
    """Weights of 0 give finite gradients: at most lambda_l1 in size."""
    layers, (x, factors), lambdas = dense(rng), secret_loss(rng), secret_lambdas(rng)
    layers[0][2]["weight"][1:] = 0
    layers[1][2]["weight"].zero_()
    found = submission.probe.gradients(layers, x, factors, lambdas)
    for index, weight in enumerate(weights_of(layers)):
        actual, w = as_array(entry(found, f"{index}.weight")), weight.numpy()
        wanted = lambdas["lambda_l1"] * np.sign(w) + 2 * lambdas["lambda_l2"] * w
        assert_shape(actual, w.shape)
        help = "The derivative of a root is infinite at 0, and infinity times 0 is NaN: use abs()."
        assert_close(np.where(w == 0, 0, actual), wanted, dtype="float64", help=help)
        small = bool((np.abs(actual[w == 0]) <= lambdas["lambda_l1"] * (1 + 1e-9)).all())
        assert_true(small, "the gradient at a weight of 0 is wrong", wanted="at most lambda_l1 in size", help=help)


@check("correctness", points=1, depends_on="test_l1")
def test_loss_unchanged(submission, rng):
    """The loss passed in is unchanged, and may be used again: also one that requires gradients itself."""
    lambdas = secret_lambdas(rng) | {"lambda_l2": 0.0}
    for leaf in (False, True):
        layers, loss = dense(rng), draw(rng)
        first, second, after = unpack(submission.probe.twice(layers, loss, lambdas, leaf), 3)
        help = "loss += … writes into the caller's tensor: write loss + …"
        assert_result(first, loss, weights_of(layers), lambdas, help=help)
        assert_result(second, loss, weights_of(layers), lambdas, help=help)
        assert_close(after, loss.detach(), dtype="float64", tol=0, help=help)


@check("stability", points=1, depends_on="test_l1")
def test_nothing_penalised(submission, rng):
    """Where nothing is penalised the result is a tensor of its own, equal to the loss, and differentiable like it."""
    vectors = [("BatchNorm1d", (3,), {"weight": draw(rng, 3), "bias": draw(rng, 3)})]
    lambdas, none = secret_lambdas(rng), {"lambda_l1": 0.0, "lambda_l2": 0.0}
    for layers, factors, frozen in (
        ([("ReLU", (), {})], lambdas, []),
        (vectors, lambdas, []),
        (dense(rng), lambdas, ["0.weight", "1.weight"]),
        (dense(rng), none, []),
    ):
        loss = draw(rng)
        found, after = unpack(submission.probe.overwrite(layers, loss, factors, frozen, rng.uniform(5, 9)), 2)
        help = "Returning the loss itself would make the result and the loss one tensor; loss.clone() is a new one."
        assert_result(found, loss, [], {}, help=help)
        assert_close(after, loss, dtype="float64", tol=0, help=help)
        x, weights = draw(rng, 5), draw(rng, 5)
        found = submission.probe.gradients(layers, x, weights, factors, frozen=frozen)
        help = "detach() would cut the graph: clone() alone, or a sum, is a new tensor too."
        assert_close(entry(found, "x"), weights, dtype="float64", help=help)


@check("contract", points=2, depends_on="test_l1")
def test_dtype(submission, rng):
    """The result has the loss's dtype, whatever the model's."""
    for of_model, of_loss, tol in (
        ("float32", "float32", 1e-5),
        ("float32", "float64", 1e-5),
        ("float64", "float32", 1e-5),
        ("float32", "bfloat16", 3e-2),
        ("bfloat16", "bfloat16", 3e-2),
    ):
        layers, loss, lambdas = dense(rng, of_model), draw(rng, dtype=of_loss), secret_lambdas(rng) | {"lambda_l2": 0.0}
        (actual, _, _) = unpack(submission.probe.twice(layers, loss.clone(), lambdas), 3)
        help = "Convert the penalty before you add it: penalty.to(loss.dtype)."
        assert_result(actual, loss.double(), weights_of(layers), lambdas, dtype=of_loss, tol=tol, help=help)


@check("contract", points=1, depends_on="test_l1", testimony=True)
def test_device(submission, rng, device):
    """The result lies on the loss's device, whatever the model's."""
    layers, lambdas = dense(rng), secret_lambdas(rng)
    places = [("meta", "meta"), ("cpu", "meta")]
    if device != "cpu":
        places += [(device, device), (device, "cpu"), ("cpu", device)]
    for place in places:
        found = submission.probe.device_of_result(layers, draw(rng), lambdas, *place)
        help = "Make new tensors on the loss's device, and take no numbers out of tensors on the way."
        wanted = str(torch.device(place[1]))
        same = isinstance(found, str) and found.split(":")[0] == wanted.split(":")[0]
        assert_true(same, "the result is on another device", returned=str(found)[:50], wanted=wanted, help=help)


@check("contract", points=1, depends_on="test_l1")
def test_model_unchanged(submission, rng):
    """Parameters and their gradients stay as they are."""
    layers, lambdas = dense(rng), secret_lambdas(rng)
    names = ["0.weight", "1.weight"]
    old = {name: draw(rng, *weight.shape) for name, weight in zip(names, weights_of(layers), strict=True)}
    found = submission.probe.model_afterwards(layers, old, draw(rng), lambdas)
    for name, weight in zip(names, weights_of(layers), strict=True):
        value, gradient = unpack(entry(found, name), 2)
        assert_close(value, weight, dtype="float64", tol=0, help="Methods ending in an underscore change the weights.")
        assert_close(gradient, old[name], dtype="float64", tol=0, help="Calling backward is the caller's business.")


@check("contract", points=1, testimony=True)
def test_side_effects(submission, rng):
    """The loss is as before, nothing is printed, and torch's settings and generators are left alone."""
    layers = [("Module", (), {"kernel": draw(rng, 3, 4), "shift": draw(rng, 3)})]  # building this draws nothing
    value = assert_unchanged(submission.probe.plain, layers, draw(rng), secret_lambdas(rng))
    as_array(value)
