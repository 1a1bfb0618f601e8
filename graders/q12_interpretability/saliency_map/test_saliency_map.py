"""Hidden grader of `saliency_map`.

The models are built in the worker from weights drawn here. Whatever has a mode shows it in the scores: masks that act
in training mode only, and a batch norm. The oracle writes the same model with torch's functions, in float64.
"""

import numpy as np
import torch
from torch.nn import functional

from etude.grading import assert_close, assert_true, assert_unchanged, attach_figure, check, entry, image, unpack

CLASSES, CHANNELS, HEIGHT, WIDTH, FILTERS = 5, 3, 4, 6, 4
VALUES = ("test_channels", "test_gradient")
EVALUATING = (False,) * 4
MIXED = [(True,) * 4, (True, False, True, False), (False, True, False, True), (True, True, False, False)]


def draw(rng, *shape):
    return torch.from_numpy(rng.standard_normal(shape))


def draw_linear(rng, channels=CHANNELS, height=HEIGHT, width=WIDTH):
    return {"weight": draw(rng, CLASSES, channels * height * width), "bias": draw(rng, CLASSES)}


def draw_net(rng):
    """Convolution, batch norm, tanh, linear; the masks lie away from 1."""
    return {
        "conv": draw(rng, FILTERS, CHANNELS, 3, 3) / 5,
        "offset": draw(rng, FILTERS),
        "scale": torch.from_numpy(rng.uniform(0.5, 1.5, FILTERS)),
        "shift": 0.3 * draw(rng, FILTERS),
        "mean": 0.3 * draw(rng, FILTERS),
        "var": torch.from_numpy(rng.uniform(0.5, 1.5, FILTERS)),
        "block": torch.from_numpy(rng.uniform(1.5, 2.5, (FILTERS, 1, 1))),
        "leaf": torch.from_numpy(rng.uniform(0.3, 0.6, (FILTERS, 1, 1))),
        "root": torch.from_numpy(rng.uniform(1.5, 2.5, CLASSES)),
        "weight": draw(rng, CLASSES, FILTERS * HEIGHT * WIDTH),
        "bias": draw(rng, CLASSES),
    }


def draw_images(rng, rows=4):
    return draw(rng, rows, CHANNELS, HEIGHT, WIDTH)


def draw_classes(rng, rows=4):
    """A class for each row, not all the same."""
    return torch.from_numpy((rng.permutation(CLASSES)[np.arange(rows) % 3]).astype(np.int64))


def draw_class(rng):
    return int(rng.integers(CLASSES))


def forward(net, x, flags=EVALUATING):
    root, block, norm, leaf = flags
    h = functional.conv2d(x, net["conv"], net["offset"], padding=1)
    h = functional.batch_norm(h, net["mean"].clone(), net["var"].clone(), net["scale"], net["shift"], norm).tanh()
    h = h * net["block"] if block else h
    h = h * net["leaf"] if leaf else h
    scores = h.flatten(1) @ net["weight"].T + net["bias"]
    return scores * net["root"] if root else scores


def picked(scores, target):
    return scores[torch.arange(len(scores)), target]


def oracle(net, x, target):
    x = x.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(picked(forward(net, x), target).sum(), x)
    return gradient.abs().amax(1)


def linear_oracle(net, x, target):
    """The weights are the gradient, whatever the image."""
    rows = net["weight"][target].expand(len(x), -1)
    return rows.reshape(x.shape).abs().amax(1)


def assert_maps(actual, wanted, help):
    with attach_figure(image("your maps", actual), image("wanted", wanted)):
        assert_close(actual, wanted, help=help)


@check("correctness", points=1)
def test_absolute(submission, rng):
    """With one channel, the map of a linear model is the absolute value of the target's weights."""
    net, target = draw_linear(rng, channels=1), draw_class(rng)
    x = draw(rng, 3, 1, HEIGHT, WIDTH)
    help = "The gradient of the target's raw score, summed over the rows, with respect to x; then abs()."
    assert_maps(submission.probe.explain(net, x, target), linear_oracle(net, x, target), help=help)


@check("correctness", points=2)
def test_channels(submission, rng):
    """With several channels, the largest absolute gradient of each pixel."""
    net, target, x = draw_linear(rng), draw_class(rng), draw_images(rng)
    help = "First abs(), then the maximum over dimension 1: no sum, no mean, and not the maximum first."
    assert_maps(submission.probe.explain(net, x, target), linear_oracle(net, x, target), help=help)


@check("correctness", points=2)
def test_targets(submission, rng):
    """Each row may have a target of its own."""
    net, target, x = draw_linear(rng), draw_classes(rng), draw_images(rng)
    help = "Pick one score a row: scores.gather(1, target[:, None]), or scores[arange(N), target]."
    assert_close(submission.probe.explain(net, x, target), linear_oracle(net, x, target), help=help)
    single, one = draw_images(rng, 1), draw_classes(rng, 1)
    assert_close(submission.probe.explain(net, single, one), linear_oracle(net, single, one), help=help)


@check("gradient", points=2)
def test_gradient(submission, rng):
    """The map of a convolutional network in evaluation mode."""
    net, x = draw_net(rng), draw_images(rng)
    help = "The gradient of the raw score of the target: no softmax, no loss, no mean over rows, no normalisation."
    for target in (draw_class(rng), draw_classes(rng)):
        assert_maps(submission.probe.explain(net, x, target), oracle(net, x, target), help=help)


@check("correctness", points=2, depends_on="test_gradient")
def test_evaluation_mode(submission, rng):
    """A model that comes in training mode, wholly or in part, is explained in evaluation mode."""
    net, x, target = draw_net(rng), draw_images(rng), draw_classes(rng)
    help = "Call model.eval() before the forward pass: dropout and batch norm must not take part in the map."
    for flags in MIXED:
        assert_maps(submission.probe.explain(net, x, target, flags), oracle(net, x, target), help=help)


@check("contract", points=2, depends_on="test_gradient")
def test_mode_given_back(submission, rng):
    """Afterwards every submodule is in its own mode again, and the running statistics have not moved."""
    net, x, target, images = draw_net(rng), draw_images(rng), draw_classes(rng), draw_images(rng)
    help = "Note the training flag of every module in model.modules(), and put each one back."
    for flags in (EVALUATING, *MIXED):
        _, scores = unpack(submission.probe.scores_after(net, x, target, flags, images), 2)
        assert_close(scores, forward(net, images, flags), help=help)


@check("contract", points=1, depends_on="test_mode_given_back")
def test_mode_after_exception(submission, rng):
    """The modes are given back also when the model raises, or when there is no such class."""
    net, x, images = draw_net(rng), draw_images(rng), draw_images(rng)
    help = "Put the modes back in a `finally`, which covers the forward pass and all that follows."
    for target, broken in ((draw_class(rng), True), (CLASSES + 3, False)):
        scores = submission.probe.scores_after_failure(net, x, target, MIXED[1], images, broken)
        assert_close(scores, forward(net, images, MIXED[1]), help=help)


@check("correctness", points=1, depends_on=VALUES)
def test_second_call(submission, rng):
    """A second map of the same tensor is the same: nothing has gathered anywhere."""
    net, x, target = draw_net(rng), draw_images(rng), draw_classes(rng)
    help = "backward() adds to .grad. Let autograd.grad return the gradient of a tensor of your own."
    for saliency in unpack(submission.probe.explain_twice(net, x, target), 2):
        assert_close(saliency, oracle(net, x, target), help=help)


@check("contract", points=2, depends_on=VALUES)
def test_parameter_gradients_kept(submission, rng):
    """The parameters' `.grad` is as before: what was there is still there, and None is still None."""
    net, x, target, images = draw_net(rng), draw_images(rng), draw_classes(rng), draw_images(rng)
    names = ["conv", "offset", "scale", "shift", "weight", "bias"]
    stale = {name: draw(rng, *net[name].shape) for name in rng.permutation(names)[:3].tolist()}
    cotangent = draw(rng, len(images), CLASSES)
    seen = submission.probe.training_gradients(net, x, target, stale, images, cotangent)
    leaves = {name: net[name].clone().requires_grad_() for name in names}
    (forward(net | leaves, images) * cotangent).sum().backward()
    help = "backward() adds to every parameter's .grad, and zero_grad() wipes it: ask autograd.grad for x's alone."
    for name, leaf in leaves.items():
        there = entry(entry(seen, "there"), name)
        assert_true(there is (name in stale), f"{name}.grad is None or a tensor, unlike before", help=help)
        gradient = entry(entry(seen, "gradients"), name)
        assert_close(gradient, leaf.grad + stale.get(name, 0.0), help=help)


@check("correctness", points=1, depends_on=VALUES)
def test_frozen_parameters(submission, rng):
    """A model whose parameters do not require gradients, all or some, is explained like any other, and stays so."""
    net, x, target = draw_net(rng), draw_images(rng), draw_classes(rng)
    help = "The gradient at the pixels needs none at the weights."
    names = ["conv", "offset", "scale", "shift", "weight", "bias"]
    for frozen in (names, rng.permutation(names)[:3].tolist()):
        saliency, asking = unpack(submission.probe.explain_frozen(net, x, target, frozen), 2)
        assert_close(saliency, oracle(net, x, target), help=help)
        for name in names:
            problem = f"{name}.requires_grad is not what it was"
            assert_true(entry(asking, name) is (name not in frozen), problem, help="Leave the parameters' flags alone.")


@check("contract", points=1, depends_on=VALUES)
def test_x_given_back(submission, rng):
    """`x.requires_grad` and `x.grad` are as before, whether x asks for gradients or not."""
    net, x, target = draw_linear(rng), draw_images(rng), draw_classes(rng)
    help = "Work on a tensor of your own: x.detach().requires_grad_()."
    saliency, plain = unpack(submission.probe.still_plain(net, x, target), 2)
    assert_close(saliency, linear_oracle(net, x, target), help=help)
    assert_true(plain is True, "x asks for gradients now, or has one", help=help)
    for stale in (None, draw(rng, *x.shape)):
        cotangent = draw(rng, *x.shape)
        gradient = submission.probe.gradient_at_x(net, x, target, stale, cotangent)
        assert_close(gradient, cotangent if stale is None else cotangent + stale, help=help)


@check("contract", points=1, depends_on=VALUES)
def test_detached(submission, rng):
    """The map is a tensor without a graph."""
    net, x, target = draw_net(rng), draw_images(rng), draw_class(rng)
    for given in (x, x.clone().requires_grad_()):
        saliency = submission.probe.explain(net, given, target)
        assert_close(saliency, oracle(net, x, target))
        attached = getattr(saliency, "requires_grad", True) or getattr(saliency, "has_grad_fn", True)
        assert_true(not attached, "the map is no tensor, or still part of a graph", help="Detach it; no create_graph.")


@check("contract", points=1, depends_on=VALUES)
def test_dtype(submission, rng):
    """float32 images give a float32 map."""
    net = {name: value.float() for name, value in draw_net(rng).items()}
    x, target = draw_images(rng).float(), draw_classes(rng)
    wanted = oracle({name: value.double() for name, value in net.items()}, x.double(), target)
    assert_close(submission.probe.explain(net, x, target), wanted, dtype="float32", help="Keep the dtype of x.")


@check("stability", points=1, depends_on="test_channels")
def test_sizes_of_one(submission, rng):
    """One row, one channel, one pixel: only the channels go."""
    for rows, *sizes in [(1, 3, 4, 2), (1, 1, 1, 1), (2, 3, 1, 4), (1, 2, 5, 1)]:
        net, target, x = draw_linear(rng, *sizes), draw_class(rng), draw(rng, rows, *sizes)
        help = "Name the dimension that goes: squeeze() drops every dimension of one."
        assert_close(submission.probe.explain(net, x, target), linear_oracle(net, x, target), help=help)


@check("stability", points=1, depends_on=VALUES)
def test_memory_layout(submission, rng):
    """Images that are not contiguous, such as channels-last ones, are explained like any other."""
    net, x, target = draw_net(rng), draw_images(rng), draw_classes(rng)
    help = "view() needs contiguous memory; reshape() and flatten() do not."
    assert_close(submission.probe.explain_strided(net, x, target), oracle(net, x, target), help=help)


@check("contract", points=1, depends_on=VALUES, testimony=True)
def test_side_effects(submission, rng):
    """Prints nothing and changes neither its arguments' values nor a global setting."""
    net, x, target = draw_net(rng), draw_images(rng), draw_classes(rng)
    help = "Grad mode, random state, x and target belong to the caller."
    assert_unchanged(submission.saliency_map, submission.probe.built.keep(net), x, target, help=help)
    still_off = submission.probe.autograd_stays_off(net, x, target)
    assert_true(still_off is True, "autograd is switched on inside the caller's no_grad()", help=help)
