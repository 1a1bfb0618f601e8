"""Hidden grader of `integrated_gradients`.

The models are built in the worker from weights drawn here. For models that are linear in evaluation mode (a
convolution, a norm, masks that act in training mode only) the oracle is exact; for powers it is their change; for a
tanh network a Gauss rule in float64.
"""

import numpy as np
import torch
from torch.nn import functional

from etude.grading import (
    as_array,
    assert_close,
    assert_raises,
    assert_true,
    assert_unchanged,
    attach_figure,
    check,
    entry,
    image,
    unpack,
)

CLASSES, CHANNELS, HEIGHT, WIDTH, FILTERS, FEATURES = 5, 3, 3, 4, 4, 6
VALUES = ("test_linear", "test_targets")
EVALUATING = (False,) * 4
MIXED = [(True,) * 4, (True, False, True, False), (False, True, False, True), (True, True, False, False)]


def draw(rng, *shape):
    return torch.from_numpy(rng.standard_normal(shape))


def draw_between(rng, low, high, *shape):
    return torch.from_numpy(rng.uniform(low, high, shape))


def draw_linear(rng, features=FEATURES):
    return {"weight": draw(rng, CLASSES, features), "bias": draw(rng, CLASSES)}


def draw_net(rng):
    """Convolution, batch norm, masks, linear: linear in evaluation mode, and the masks lie away from 1."""
    return {
        "conv": draw(rng, FILTERS, CHANNELS, 3, 3) / 5,
        "offset": draw(rng, FILTERS),
        "scale": draw_between(rng, 0.5, 1.5, FILTERS),
        "norm_shift": 0.3 * draw(rng, FILTERS),
        "mean": 0.3 * draw(rng, FILTERS),
        "var": draw_between(rng, 0.5, 1.5, FILTERS),
        "block": draw_between(rng, 1.5, 2.5, FILTERS, 1, 1),
        "leaf": draw_between(rng, 0.3, 0.6, FILTERS, 1, 1),
        "root": draw_between(rng, 1.5, 2.5, CLASSES),
        "weight": draw(rng, CLASSES, FILTERS * HEIGHT * WIDTH),
        "bias": draw(rng, CLASSES),
    }


def draw_tanh(rng, features=FEATURES, hidden=8):
    """Along a path from -2 to 2 the hidden units saturate, and the path is smooth enough for 50 steps."""
    return {
        "hidden": draw(rng, hidden, features) / 2,
        "threshold": 0.5 * draw(rng, hidden),
        "weight": draw(rng, CLASSES, hidden),
        "bias": draw(rng, CLASSES),
    }


def draw_images(rng, rows=4):
    return draw(rng, rows, CHANNELS, HEIGHT, WIDTH)


def draw_classes(rng, rows=4):
    """A class for each row, not all the same."""
    return torch.from_numpy((rng.permutation(CLASSES)[np.arange(rows) % 3]).astype(np.int64))


def draw_class(rng):
    return int(rng.integers(CLASSES))


def scores(net, x, flags=EVALUATING):
    root, block, norm, leaf = flags
    if "conv" in net:
        x = functional.conv2d(x, net["conv"], net["offset"], padding=1)
        x = functional.batch_norm(x, net["mean"].clone(), net["var"].clone(), net["scale"], net["norm_shift"], norm)
        x = x * net["block"] if block else x
        x = x * net["leaf"] if leaf else x
    if "exponent" in net:
        x = x ** net["exponent"]
    if "layers" in net:
        *inner, last = net["layers"]
        for weight in inner:
            x = torch.tanh(x @ weight)
        return x @ last
    if "hidden" in net:
        x = torch.tanh(x.flatten(1) @ net["hidden"].T + net["threshold"])
    if "factor" in net:
        x = x * net["factor"] + net["shift"]
    y = x.flatten(1) @ net["weight"].T + net["bias"]
    return y * net["root"] if root else y


def picked(net, x, target):
    return scores(net, x)[torch.arange(len(x)), target]


def oracle(net, x, target, baseline=0.0, points=1):
    """A Gauss rule; one point is exact for linear models, and for powers up to 2."""
    nodes, weights = np.polynomial.legendre.leggauss(points)
    total = torch.zeros_like(x)
    for node, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
        point = (baseline + node * (x - baseline)).detach().requires_grad_()
        total = total + weight * torch.autograd.grad(picked(net, point, target).sum(), point)[0]
    return (x - baseline) * total


def assert_near(actual, wanted, help):
    """Within 2 % of the largest."""
    with attach_figure(image("your attributions", actual), image("wanted", wanted)):
        assert_close(actual, wanted, tol=0.02, small=True, help=help)


# -- checks


@check("correctness", points=2)
def test_linear(submission, rng):
    """For a linear model and the baseline 0: the target's weights times x, exactly."""
    net, target, x = draw_linear(rng), draw_class(rng), draw(rng, 4, FEATURES)
    help = "(x - baseline) times the mean gradient of the target's raw score: no softmax, no mean over rows, no abs()."
    assert_close(submission.probe.explain(net, x, target), net["weight"][target] * x, help=help)


@check("correctness", points=2)
def test_targets(submission, rng):
    """Each row may have a target of its own."""
    help = "Each point of the path keeps its row's target: mind whether points or rows come first in your batch."
    for rows, steps in [(4, 50), (5, 5), (1, 3)]:
        net, target, x = draw_linear(rng), draw_classes(rng, rows), draw(rng, rows, FEATURES)
        actual = submission.probe.explain(net, x, target, None, steps)
        assert_close(actual, net["weight"][target] * x, help=help)


@check("correctness", points=1, depends_on="test_linear")
def test_any_steps(submission, rng):
    """A linear model's attributions are exact with any number of steps."""
    help = "The weights of your rule add up to 1, whatever `steps` is. A trapezoid over one point has none."
    for steps in (1, 2, 3, 10, 64):
        net, target, x = draw_linear(rng), draw_class(rng), draw(rng, 3, FEATURES)
        actual = submission.probe.explain(net, x, target, None, steps)
        assert_close(actual, net["weight"][target] * x, help=help)


@check("correctness", points=2)
def test_baseline(submission, rng):
    """The path begins at the baseline, which broadcasts to x."""
    help = "The path is baseline + a * (x - baseline), and its gradient is multiplied by (x - baseline)."
    for shape in [(4, FEATURES), (1, FEATURES), (FEATURES,), (4, 1), ()]:
        net, target, x, baseline = draw_linear(rng), draw_class(rng), draw(rng, 4, FEATURES), draw(rng, *shape)
        net["exponent"] = 2  # the gradient at the baseline counts, too
        if shape == (4, FEATURES):
            x[1] = baseline[1]  # a row without a path gets zeros
        wanted = net["weight"][target] * (x**2 - baseline**2)
        assert_near(submission.probe.explain(net, x, target, baseline), wanted, help=help)


@check("correctness", points=2)
def test_completeness(submission, rng):
    """At 50 steps each row's attributions add up to the change of its score, within 1 %: for powers up to x**5."""
    help = "Midpoints, trapezoids or a Gauss rule: taking one end of each interval, or both in full, is too coarse."
    for exponent in (3, 4, 5):
        net, target = draw_linear(rng) | {"exponent": exponent}, draw_classes(rng)
        net["weight"] = net["weight"].abs() + 0.1  # the terms do not cancel
        x = draw_between(rng, 0.5, 1.5, 4, FEATURES)
        wanted = net["weight"][target] * x**exponent
        actual = submission.probe.explain(net, x, target, None, 50)
        assert_near(actual, wanted, help=help)
        sums = as_array(actual).sum(axis=1)
        assert_close(sums, wanted.sum(1).numpy(), tol=0.01, relative=True, help=help)
        by_default = submission.probe.explain(net, x, target)
        assert_close(by_default, as_array(actual), tol=1e-9, help="`steps` is 50 where nobody says otherwise.")


@check("gradient", points=2)
def test_attributions(submission, rng):
    """The attributions of a tanh network, whose gradient changes along the path."""
    help = "Average the gradient over the whole path: the gradient at x alone is not enough."
    net, target = draw_tanh(rng), draw_classes(rng)
    x, baseline = draw_between(rng, -2, 2, 4, FEATURES), draw_between(rng, -2, 2, FEATURES)
    for rest, wanted in [((), oracle(net, x, target, 0.0, 60)), ((baseline,), oracle(net, x, target, baseline, 60))]:
        assert_near(submission.probe.explain(net, x, target, *rest), wanted, help=help)


@check("contract", points=1, depends_on=VALUES)
def test_input_shapes(submission, rng):
    """Inputs of any shape come back in their shape: vectors, sequences, images, a single row."""
    for shape in [(2, 3, 4), (3, 2, 2, 2), (1, 5), (1, 1)]:
        net, target, x = draw_linear(rng, int(np.prod(shape[1:]))), draw_classes(rng, shape[0]), draw(rng, *shape)
        help = "Put the points of the path along a dimension of their own, before the N rows."
        wanted = net["weight"][target].reshape(x.shape) * x
        assert_close(submission.probe.explain(net, x, target), wanted, help=help)


@check("stability", points=1, depends_on=VALUES)
def test_memory_layout(submission, rng):
    """An x that is not contiguous is explained like any other."""
    for shape in [(4, FEATURES), (3, 2, 4, 3)]:
        net, target, x = draw_linear(rng, int(np.prod(shape[1:]))), draw_classes(rng, shape[0]), draw(rng, *shape)
        wanted = net["weight"][target].reshape(x.shape) * x
        help = "view() needs contiguous memory; reshape() and flatten() do not."
        assert_close(submission.probe.explain_strided(net, x, target), wanted, help=help)


@check("correctness", points=2, depends_on="test_linear")
def test_evaluation_mode(submission, rng):
    """A model that comes in training mode, wholly or in part, is explained in evaluation mode."""
    net, x, target = draw_net(rng), draw_images(rng), draw_class(rng)
    help = "Call model.eval() before the forward pass: dropout and batch norm must not take part."
    for flags in (EVALUATING, *MIXED):
        assert_close(submission.probe.explain(net, x, target, flags=flags), oracle(net, x, target), help=help)


@check("contract", points=2, depends_on="test_linear")
def test_mode_given_back(submission, rng):
    """Afterwards every submodule is in its own mode again."""
    net, x, target, images = draw_net(rng), draw_images(rng), draw_class(rng), draw_images(rng)
    help = "Note the training flag of every module in model.modules(), and put each one back."
    for flags in (EVALUATING, *MIXED):
        _, found = unpack(submission.probe.scores_after(net, x, target, flags, images), 2)
        assert_close(found, scores(net, images, flags), help=help)


@check("contract", points=1, depends_on="test_mode_given_back")
def test_mode_after_exception(submission, rng):
    """The modes are given back also when the model raises, when there is no such class, and for wrong `steps`."""
    net, x, images = draw_net(rng), draw_images(rng), draw_images(rng)
    help = "Put the modes back in a `finally`, which covers the forward pass and all that follows."
    for target, broken, steps in ((draw_class(rng), True, 50), (CLASSES + 3, False, 50), (0, False, 0)):
        found = submission.probe.scores_after_failure(net, x, target, MIXED[1], images, broken, steps)
        assert_close(found, scores(net, images, MIXED[1]), help=help)


@check("stability", points=1, depends_on=VALUES)
def test_no_grad(submission, rng):
    """Inside torch.no_grad() the result is the same, and autograd stays switched off afterwards."""
    net, x, target = draw_net(rng), draw_images(rng), draw_classes(rng)
    help = "Compute under `with torch.enable_grad():`, which gives the caller's mode back."
    attributions, still_off = unpack(submission.probe.explain_without_grad(net, x, target), 2)
    assert_close(attributions, oracle(net, x, target), help=help)
    assert_true(still_off is True, "autograd is switched on inside the caller's no_grad()", help=help)


@check("stability", points=2, depends_on=VALUES)
def test_in_place_layer(submission, rng):
    """A first layer that works in place is no obstacle, and leaves x and the baseline alone."""
    net = draw_linear(rng) | {"factor": rng.uniform(2, 3), "shift": rng.uniform(-1, 1)}
    x, target, baseline = draw(rng, 4, FEATURES), draw_classes(rng), draw(rng, 4, FEATURES)
    help = "Give the model a copy, and ask for the gradient at the tensor before it: model(path.clone())."
    wanted = net["factor"] * net["weight"][target] * (x - baseline)
    for actual in unpack(submission.probe.explain_twice(net, x, target, baseline), 2):
        assert_close(actual, wanted, help=help)
    for steps in (1, 2):
        assert_close(submission.probe.explain(net, x, target, baseline, steps), wanted, help=help)


@check("correctness", points=1, depends_on="test_targets")
def test_second_call(submission, rng):
    """A second call on the same tensors gives the same: nothing has gathered anywhere."""
    net, x, target, baseline = draw_net(rng), draw_images(rng), draw_classes(rng), draw(rng, 3, 1, 1)
    help = "backward() adds to .grad: let autograd.grad return the gradients at tensors of your own."
    for actual in unpack(submission.probe.explain_twice(net, x, target, baseline), 2):
        assert_close(actual, oracle(net, x, target, baseline), help=help)


@check("contract", points=2, depends_on=VALUES)
def test_parameter_gradients_kept(submission, rng):
    """The parameters' `.grad` is as before: what was there is still there, and None is still None."""
    net, x, target, images = draw_net(rng), draw_images(rng), draw_classes(rng), draw_images(rng)
    names = ["conv", "offset", "scale", "norm_shift", "weight", "bias"]
    stale = {name: draw(rng, *net[name].shape) for name in rng.permutation(names)[:3].tolist()}
    cotangent = draw(rng, len(images), CLASSES)
    seen = submission.probe.training_gradients(net, x, target, stale, images, cotangent)
    leaves = {name: net[name].clone().requires_grad_() for name in names}
    (scores(net | leaves, images) * cotangent).sum().backward()
    help = (
        "backward() adds to every parameter's .grad, and zero_grad() wipes it: ask autograd.grad for the path's alone."
    )
    for name, leaf in leaves.items():
        there = entry(entry(seen, "there"), name)
        assert_true(there is (name in stale), f"{name}.grad is None or a tensor, unlike before", help=help)
        assert_close(entry(entry(seen, "gradients"), name), leaf.grad + stale.get(name, 0.0), help=help)


@check("correctness", points=1, depends_on=VALUES)
def test_frozen_parameters(submission, rng):
    """A model whose parameters do not require gradients, all or some, is explained like any other, and stays so."""
    net, x, target = draw_net(rng), draw_images(rng), draw_classes(rng)
    help = "The gradient at the path needs none at the weights."
    names = ["conv", "offset", "scale", "norm_shift", "weight", "bias"]
    for frozen in (names, rng.permutation(names)[:3].tolist()):
        actual, asking = unpack(submission.probe.explain_frozen(net, x, target, frozen), 2)
        assert_close(actual, oracle(net, x, target), help=help)
        for name in names:
            problem = f"{name}.requires_grad is not what it was"
            assert_true(entry(asking, name) is (name not in frozen), problem, help="Leave the parameters' flags alone.")


@check("contract", points=1, depends_on=VALUES)
def test_inputs_given_back(submission, rng):
    """`requires_grad` and `.grad` of x and of the baseline are as before, whether they ask for gradients or not."""
    net, x, target, baseline = draw_linear(rng), draw(rng, 4, FEATURES), draw_classes(rng), draw(rng, 4, FEATURES)
    help = "Work on tensors of your own: x.detach()."
    actual, plain = unpack(submission.probe.still_plain(net, x, target, baseline), 2)
    assert_close(actual, net["weight"][target] * (x - baseline), help=help)
    assert_true(plain is True, "x or the baseline asks for gradients now, or has one", help=help)
    for stale in ([None, None], [draw(rng, *x.shape), draw(rng, *x.shape)]):
        cotangents = [draw(rng, *x.shape), draw(rng, *x.shape)]
        found = submission.probe.gradients_at_inputs(net, x, target, baseline, stale, cotangents)
        for gradient, cotangent, old in zip(unpack(found, 2), cotangents, stale, strict=True):
            assert_close(gradient, cotangent if old is None else cotangent + old, help=help)


@check("contract", points=1, depends_on=VALUES)
def test_detached(submission, rng):
    """The result is a tensor without a graph."""
    net, x, target, baseline = draw_linear(rng), draw(rng, 4, FEATURES), draw_class(rng), draw(rng, FEATURES)
    wanted = net["weight"][target] * (x - baseline)
    for inputs in ((x, baseline), (x.clone().requires_grad_(), baseline.clone().requires_grad_())):
        actual = submission.probe.explain(net, inputs[0], target, inputs[1])
        assert_close(actual, wanted)
        attached = getattr(actual, "requires_grad", True) or getattr(actual, "has_grad_fn", True)
        assert_true(
            not attached, "the result is no tensor, or still part of a graph", help="Detach x and the baseline."
        )


@check("contract", points=1, depends_on=VALUES)
def test_dtype(submission, rng):
    """float32 inputs give float32 attributions."""
    net = {name: value.float() for name, value in draw_linear(rng).items()}
    x, target = draw(rng, 4, FEATURES).float(), draw_classes(rng)
    wanted = net["weight"].double()[target] * x.double()
    help = "Make the points of the path in the dtype of x."
    assert_close(submission.probe.explain(net, x, target), wanted, dtype="float32", help=help)


@check("contract", points=1, depends_on=VALUES, testimony=True)
def test_side_effects(submission, rng):
    """Prints nothing and changes neither its arguments' values nor a global setting."""
    net, x, target, baseline = draw_net(rng), draw_images(rng), draw_classes(rng), draw(rng, 3, 1, 1)
    help = "Grad mode, random state, x, target and baseline belong to the caller."
    model = submission.probe.built.keep(net)
    assert_unchanged(submission.integrated_gradients, model, x, target, baseline, help=help)


@check("errors", points=1, depends_on="test_linear")
def test_steps_below_one(submission, rng):
    """Fewer than one step is a ValueError."""
    net, x = draw_linear(rng), draw(rng, 2, FEATURES)
    for steps in (0, -1, -int(rng.integers(2, 60))):
        assert_raises(ValueError, submission.probe.explain, net, x, draw_class(rng), None, steps)


@check("speed", points=2, depends_on=("test_linear", "test_attributions"))
def test_speed(submission, rng, clock):
    """A perceptron of six layers on (8, 32), 50 steps, in at most 3 times the reference's time."""

    def inputs():
        weights = draw(rng, 6, 32, 32) / np.sqrt(32)
        return weights.float(), draw(rng, 8, 32).float(), draw_classes(rng, 8)

    def verify(actual, weights, x, target):
        wanted = oracle({"layers": weights.double()}, x.double(), target, 0.0, 12)
        assert_near(actual, wanted, "The attributions are wrong.")

    help = "Send the whole path through the model as one batch, instead of looping over its points."
    clock.assert_ratio("probe.explain_mlp", inputs, verify=verify, help=help)
