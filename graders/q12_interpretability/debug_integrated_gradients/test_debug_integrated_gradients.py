"""Hidden grader of `debug_integrated_gradients`.

One row, one step, a linear model and the baseline 0 is what the faults leave alone. Each of them has a check that
changes one of these; all other checks keep to them, so that what was right to begin with counts from the start.
"""

import numpy as np
import torch
from torch.nn import functional

from etude.grading import (
    as_array,
    assert_close,
    assert_raises,
    assert_shape,
    assert_true,
    assert_unchanged,
    attach_figure,
    check,
    entry,
    image,
    unpack,
)

CLASSES, CHANNELS, HEIGHT, WIDTH, FILTERS, FEATURES = 5, 3, 3, 4, 4, 6
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


def draw_images(rng, rows=1):
    return draw(rng, rows, CHANNELS, HEIGHT, WIDTH)


def draw_classes(rng, rows=4):
    """A class for each row, not all the same."""
    return torch.from_numpy(rng.permutation(CLASSES)[np.arange(rows) % 3].astype(np.int64))


def draw_class(rng):
    return int(rng.integers(CLASSES))


def scores(net, x, flags=EVALUATING):
    root, block, norm, leaf = flags
    if "conv" in net:
        x = functional.conv2d(x, net["conv"], net["offset"], padding=1)
        x = functional.batch_norm(x, net["mean"].clone(), net["var"].clone(), net["scale"], net["norm_shift"], norm)
        x = x * net["block"] if block else x
        x = x * net["leaf"] if leaf else x
    y = x.flatten(1) @ net["weight"].T + net["bias"]
    return y * net["root"] if root else y


def oracle(net, x, target):
    """For a network that is linear in evaluation mode, and the baseline 0."""
    x = x.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(scores(net, x)[:, target].sum(), x)
    return (x * gradient).detach()


# -- checks


@check("correctness", points=1)
def test_linear(submission, rng):
    """One row, one step, a linear model and the baseline 0: the target's weights times x."""
    net, target, x = draw_linear(rng), draw_class(rng), draw(rng, 1, FEATURES)
    help = "This was right: (x - baseline) times the gradient of the target's raw score."
    assert_close(submission.probe.explain(net, x, target, None, 1), net["weight"][target] * x, help=help)


@check("correctness", points=2)
def test_every_row(submission, rng):
    """Every row is explained, each for its own target."""
    help = "Pick one score in each row: scores[arange(N), target], and add them up."
    net, x = draw_linear(rng), draw(rng, 4, FEATURES)
    for target in (draw_class(rng), draw_classes(rng)):
        actual, wanted = submission.probe.explain(net, x, target, None, 1), net["weight"][target] * x
        with attach_figure(image("your attributions", actual), image("wanted", wanted)):
            assert_close(actual, wanted, help=help)


@check("correctness", points=2)
def test_baseline(submission, rng):
    """The path begins at the baseline, which broadcasts to x."""
    help = "Does the code use `baseline` at all? Both the path and the factor need it."
    for shape in [(1, FEATURES), (FEATURES,), (1, 1), ()]:
        net, target, x, baseline = draw_linear(rng), draw_class(rng), draw(rng, 1, FEATURES), draw(rng, *shape)
        wanted = net["weight"][target] * (x - baseline)
        assert_close(submission.probe.explain(net, x, target, baseline, 1), wanted, help=help)


@check("correctness", points=2)
def test_several_steps(submission, rng):
    """A linear model's attributions are the same with any number of steps."""
    help = "What is in `.grad` when the second step begins? backward() adds to it."
    for steps in (2, 3, 10, 50):
        net, target, x = draw_linear(rng), draw_class(rng), draw(rng, 1, FEATURES)
        actual = submission.probe.explain(net, x, target, None, steps)
        assert_close(actual, net["weight"][target] * x, help=help)


@check("correctness", points=2)
def test_both_ends(submission, rng):
    """Neither end of the path is preferred: for squares, the attributions are exact."""
    help = "Which points does the path have with one step, and with two? Take midpoints, or both ends at half weight."
    net, target, x = draw_linear(rng) | {"exponent": 2}, draw_class(rng), draw(rng, 1, FEATURES)
    wanted = net["weight"][target] * x**2
    assert_close(submission.probe.explain(net, x, target, None, 1), wanted, help=help)


@check("correctness", points=1)
def test_path_from_the_baseline(submission, rng):
    """The gradient is taken between the baseline and x, not only multiplied by their difference."""
    help = "The points of the path are baseline + a * (x - baseline)."
    net, target = draw_linear(rng) | {"exponent": 2}, draw_class(rng)
    x, baseline = draw(rng, 1, FEATURES), draw(rng, FEATURES)
    wanted = net["weight"][target] * (x**2 - baseline**2)
    assert_close(submission.probe.explain(net, x, target, baseline, 1), wanted, help=help)


@check("correctness", points=2)
def test_completeness(submission, rng):
    """At 50 steps the attributions add up to the change of the score, within 1 %: for powers up to x**5."""
    help = "Both ends of the path in full are too much, one of them is too little."
    for exponent in (3, 4, 5):
        net, target = draw_linear(rng) | {"exponent": exponent}, draw_class(rng)
        net["weight"] = net["weight"].abs() + 0.1  # the terms do not cancel
        x = draw_between(rng, 0.5, 1.5, 1, FEATURES)
        actual = as_array(submission.probe.explain(net, x, target), help=help)
        assert_shape(actual, (1, FEATURES))
        wanted = (net["weight"][target] * x**exponent).sum(1).numpy()
        assert_close(actual.sum(axis=1), wanted, tol=0.01, relative=True, help=help)
        explicit = submission.probe.explain(net, x, target, None, 50)
        assert_close(explicit, actual, tol=1e-9, help="`steps` is 50 where nobody says otherwise.")


@check("correctness", points=1)
def test_all_together(submission, rng):
    """Several rows, each with a target and a baseline of its own, and several steps: exact for squares."""
    help = "Each row goes from its own baseline to its own x, and every step counts as much as any other."
    for steps, shape in [(2, (4, FEATURES)), (3, (4, 1)), (4, (FEATURES,)), (7, (4, FEATURES))]:
        net, target = draw_linear(rng) | {"exponent": 2}, draw_classes(rng)
        x, baseline = draw(rng, 4, FEATURES), draw(rng, *shape)
        if shape == (4, FEATURES):
            x[1] = baseline[1]  # a row without a path gets zeros
        wanted = net["weight"][target] * (x**2 - baseline**2)
        actual = submission.probe.explain(net, x, target, baseline, steps)
        with attach_figure(image("your attributions", actual), image("wanted", wanted)):
            assert_close(actual, wanted, help=help)


@check("correctness", points=1, depends_on="test_linear")
def test_evaluation_mode(submission, rng):
    """A model that comes in training mode, wholly or in part, is explained in evaluation mode."""
    net, x, target = draw_net(rng), draw_images(rng), draw_class(rng)
    help = "Call model.eval() before the forward pass: dropout and batch norm must not take part."
    for flags in (EVALUATING, *MIXED):
        assert_close(submission.probe.explain(net, x, target, None, 1, flags=flags), oracle(net, x, target), help=help)


@check("contract", points=1, depends_on="test_linear")
def test_mode_given_back(submission, rng):
    """Afterwards every submodule is in its own mode again."""
    net, x, target, images = draw_net(rng), draw_images(rng), draw_class(rng), draw_images(rng, 4)
    help = "Note the training flag of every module in model.modules(), and put each one back."
    for flags in (EVALUATING, *MIXED):
        _, found = unpack(submission.probe.scores_after(net, x, target, flags, images), 2)
        assert_close(found, scores(net, images, flags), help=help)


@check("contract", points=1, depends_on="test_mode_given_back")
def test_mode_after_exception(submission, rng):
    """The modes are given back also when the model raises, when there is no such class, and for wrong `steps`."""
    net, x, images = draw_net(rng), draw_images(rng), draw_images(rng, 4)
    help = "Put the modes back in a `finally`, which covers the forward pass and all that follows."
    for target, broken, steps in ((draw_class(rng), True, 1), (CLASSES + 3, False, 1), (0, False, 0)):
        found = submission.probe.scores_after_failure(net, x, target, MIXED[1], images, broken, steps)
        assert_close(found, scores(net, images, MIXED[1]), help=help)


@check("stability", points=1, depends_on="test_linear")
def test_no_grad(submission, rng):
    """Inside torch.no_grad() the result is the same, and autograd stays switched off afterwards."""
    net, x, target = draw_net(rng), draw_images(rng), draw_class(rng)
    help = "Compute under `with torch.enable_grad():`, which gives the caller's mode back."
    attributions, still_off = unpack(submission.probe.explain_without_grad(net, x, target), 2)
    assert_close(attributions, oracle(net, x, target), help=help)
    assert_true(still_off is True, "autograd is switched on inside the caller's no_grad()", help=help)


@check("stability", points=1, depends_on="test_linear")
def test_in_place_layer(submission, rng):
    """A first layer that works in place is no obstacle, and leaves x alone."""
    net = draw_linear(rng) | {"factor": rng.uniform(2, 3), "shift": rng.uniform(-1, 1)}
    x, target = draw(rng, 1, FEATURES), draw_class(rng)
    help = "Give the model a copy, and ask for the gradient at the tensor before it."
    wanted = net["factor"] * net["weight"][target] * x
    for actual in unpack(submission.probe.explain_twice(net, x, target, 0 * x), 2):
        assert_close(actual, wanted, help=help)


@check("contract", points=1, depends_on="test_linear")
def test_parameter_gradients_kept(submission, rng):
    """The parameters' `.grad` is as before: what was there is still there, and None is still None."""
    net, x, target, images = draw_net(rng), draw_images(rng), draw_class(rng), draw_images(rng, 4)
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


@check("correctness", points=1, depends_on="test_linear")
def test_frozen_parameters(submission, rng):
    """A model whose parameters do not require gradients, all or some, is explained like any other, and stays so."""
    net, x, target = draw_net(rng), draw_images(rng), draw_class(rng)
    help = "The gradient at the path needs none at the weights."
    names = ["conv", "offset", "scale", "norm_shift", "weight", "bias"]
    for frozen in (names, rng.permutation(names)[:3].tolist()):
        actual, asking = unpack(submission.probe.explain_frozen(net, x, target, frozen), 2)
        assert_close(actual, oracle(net, x, target), help=help)
        for name in names:
            problem = f"{name}.requires_grad is not what it was"
            assert_true(entry(asking, name) is (name not in frozen), problem, help="Leave the parameters' flags alone.")


@check("contract", points=1, depends_on="test_linear")
def test_inputs_given_back(submission, rng):
    """`requires_grad` and `.grad` of x and of the baseline are as before, whether they ask for gradients or not."""
    net, x, target = draw_linear(rng), draw(rng, 1, FEATURES), draw_class(rng)
    baseline = 0 * x
    help = "Work on tensors of your own: x.detach()."
    actual, plain = unpack(submission.probe.still_plain(net, x, target, baseline), 2)
    assert_close(actual, net["weight"][target] * x, help=help)
    assert_true(plain is True, "x or the baseline asks for gradients now, or has one", help=help)
    for stale in ([None, None], [draw(rng, *x.shape), draw(rng, *x.shape)]):
        cotangents = [draw(rng, *x.shape), draw(rng, *x.shape)]
        found = submission.probe.gradients_at_inputs(net, x, target, baseline, stale, cotangents)
        for gradient, cotangent, old in zip(unpack(found, 2), cotangents, stale, strict=True):
            assert_close(gradient, cotangent if old is None else cotangent + old, help=help)


@check("contract", points=1, depends_on="test_linear")
def test_detached(submission, rng):
    """The result is a tensor without a graph."""
    net, x, target = draw_linear(rng), draw(rng, 1, FEATURES), draw_class(rng)
    baseline = 0 * x
    wanted = net["weight"][target] * x
    for inputs in ((x, baseline), (x.clone().requires_grad_(), baseline.clone().requires_grad_())):
        actual = submission.probe.explain(net, inputs[0], target, inputs[1], 1)
        assert_close(actual, wanted)
        attached = getattr(actual, "requires_grad", True) or getattr(actual, "has_grad_fn", True)
        assert_true(
            not attached, "the result is no tensor, or still part of a graph", help="Detach x and the baseline."
        )


@check("contract", points=1, depends_on="test_linear")
def test_dtype(submission, rng):
    """float32 inputs give float32 attributions."""
    net = {name: value.float() for name, value in draw_linear(rng).items()}
    x, target = draw(rng, 1, FEATURES).float(), draw_class(rng)
    wanted = net["weight"].double()[target] * x.double()
    help = "Make the points of the path in the dtype of x."
    assert_close(submission.probe.explain(net, x, target, None, 1), wanted, dtype="float32", help=help)


@check("contract", points=1, depends_on="test_linear", testimony=True)
def test_side_effects(submission, rng):
    """Prints nothing and changes neither its arguments' values nor a global setting."""
    net, x, target, baseline = draw_net(rng), draw_images(rng), draw_class(rng), draw(rng, 3, 1, 1)
    help = "Grad mode, random state, x, target and baseline belong to the caller."
    model = submission.probe.built.keep(net)
    assert_unchanged(submission.integrated_gradients, model, x, target, baseline, help=help)


@check("errors", points=1, depends_on="test_linear")
def test_steps_below_one(submission, rng):
    """Fewer than one step is a ValueError."""
    net, x = draw_linear(rng), draw(rng, 1, FEATURES)
    for steps in (0, -1, -int(rng.integers(2, 60))):
        assert_raises(ValueError, submission.probe.explain, net, x, draw_class(rng), None, steps)
