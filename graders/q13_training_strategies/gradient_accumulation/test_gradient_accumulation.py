"""train_with_accumulation on small networks whose weights and batches are drawn in secret: the oracle puts a group's
scores together and takes one mean."""

import numpy as np
import torch
from torch.nn import functional

from etude.grading import assert_close, assert_raises, assert_true, assert_type, assert_unchanged, check, entry

UNEVEN = (7, 2, 5, 3, 8, 4, 1)  # rows of each batch
MEAN = "Divide each batch's summed loss by the number of samples in its whole group, then call backward."
LAST = "After the loop a group may be unfinished: it gets its step too, divided by the samples that it has."


@check("correctness", points=2)
def test_loss(submission, rng):
    """The loss is the mean over all samples, whatever the sizes of the batches."""
    weights, batches = draw(rng)
    loss, _ = run(submission, weights, batches, 2, rates=[0.0])
    wanted = oracle(weights, batches, 2, rates=[0.0])
    assert_close(
        loss, wanted["loss"], tol=1e-5, help="Add up the losses of all samples, and divide by the number of samples."
    )


@check("contract", points=1, depends_on="test_loss")
def test_python_float(submission, rng):
    """What comes back is a Python float."""
    weights, batches = draw(rng)
    assert_type(run(submission, weights, batches, 2, rates=[0.0])[0], float)


@check("gradient", points=2)
def test_one_group(submission, rng):
    """Batches of one size in one group: one step along the gradient of the mean over all their samples."""
    weights, batches = draw(rng, sizes=(4, 4, 4))
    assert_epoch(submission, weights, batches, 3, rates=secret_rates(rng), help=MEAN)


@check("gradient", points=2, depends_on="test_one_group")
def test_uneven_batches(submission, rng):
    """In a group of batches of different sizes every sample weighs the same."""
    weights, batches = draw(rng, sizes=UNEVEN[:3])
    assert_epoch(submission, weights, batches, 3, rates=secret_rates(rng), help=MEAN)


@check("correctness", points=2, depends_on="test_one_group")
def test_groups(submission, rng):
    """Several full groups make a step each, also in groups of one batch."""
    weights, batches = draw(rng, sizes=(3,) * 6)
    for steps in (3, 2, 1):
        assert_epoch(
            submission, weights, batches, steps, rates=secret_rates(rng), help="Clear the gradients after every step."
        )


@check("correctness", points=2, depends_on="test_one_group")
def test_last_group(submission, rng):
    """The last, shorter group makes a step of its own size, also where it is the only one."""
    weights, batches = draw(rng)
    for steps in (2, 3, 5, 20):
        assert_epoch(submission, weights, batches, steps, rates=secret_rates(rng), help=LAST)


@check("correctness", points=1, depends_on="test_groups")
def test_number_of_steps(submission, rng):
    """The optimiser steps once a group and at no other time: momentum and a rate for each step show it."""
    weights, batches = draw(rng)
    for count in (6, 7):
        options = {"rates": list(rng.uniform(0.05, 0.3, size=5)), "momentum": rng.uniform(0.5, 0.9)}
        help = "No step in the middle of a group, and none after the loop where nothing is waiting."
        state = assert_epoch(submission, weights, batches[:count], 2, help=help, **options)
        assert_close(entry(state, "steps"), -(-count // 2), help=help)


@check("correctness", points=1, depends_on=("test_loss", "test_groups"))
def test_loss_before_update(submission, rng):
    """Each sample's loss is the one when its batch went through the model, before the group's step."""
    weights, batches = draw(rng)
    rates = list(rng.uniform(0.5, 1.0, size=5))
    loss, _ = run(submission, weights, batches, 2, rates=rates)
    help = "Keep the losses that backward is called on: do not compute them again."
    assert_close(loss, oracle(weights, batches, 2, rates=rates)["loss"], tol=1e-5, help=help)


@check("contract", points=1, depends_on="test_groups")
def test_default_of_four(submission, rng):
    """Groups have four batches where nothing is said, and the argument is called accumulation_steps."""
    weights, batches = draw(rng, sizes=(3,) * 8)
    rates = secret_rates(rng)
    for named, steps in (({}, 4), ({"accumulation_steps": 2}, 2)):
        world = submission.probe.World.keep(weights, rates)
        submission.probe.train(world, batches, "list", **named)
        assert_parameters(submission.probe.read(world), oracle(weights, batches, steps, rates))


@check("correctness", points=2, depends_on="test_groups")
def test_leftover_gradients(submission, rng):
    """Gradients that were there before have no influence."""
    weights, batches = draw(rng, sizes=(4,) * 6)
    stale = {name: rng.normal(size=value.shape) for name, value in weights.items()}
    help = "backward adds to .grad: clear the gradients before the first batch too."
    assert_epoch(submission, weights, batches, 3, rates=secret_rates(rng), stale=stale, help=help)


@check("contract", points=1, depends_on="test_groups")
def test_no_gradients_left(submission, rng):
    """Afterwards every gradient is None or zeros, and a second epoch goes like the first."""
    weights, batches = draw(rng)
    for count in (6, 7):
        _, state = run(submission, weights, batches[:count], 3, rates=secret_rates(rng))
        for name in weights:
            gradient = entry(entry(state, "gradients"), name)
            help = "Clear the gradients after the last step, or the next to use this model inherits them."
            assert_close(gradient, np.zeros_like(gradient), help=help)
    rates = secret_rates(rng)
    world = submission.probe.World.keep(weights, rates)
    for epochs in (1, 2):
        submission.probe.train(world, batches[:6], "list", 3)
        help = "Leave nothing on the optimiser or the model, such as a hook: the next epoch meets it."
        assert_parameters(submission.probe.read(world), oracle(weights, batches[:6] * epochs, 3, rates), help=help)


@check("correctness", points=2, depends_on="test_groups")
def test_training_mode(submission, rng):
    """A model that comes in evaluation mode is trained in training mode: batch norm and dropout show it."""
    weights, batches = draw(rng, sizes=(4, 4, 4, 4), normalised=True)
    options = {"rates": secret_rates(rng), "moded": rng.uniform(0.2, 2.0, size=6)}
    help = "Call model.train() before the first forward pass, and send every batch through the model by itself."
    state = assert_epoch(submission, weights, batches, 2, help=help, **options)
    wanted = oracle(weights, batches, 2, **options)
    for name in ("running_mean", "running_var"):
        assert_close(entry(entry(state, "buffers"), name), wanted[name], help=help)


@check("correctness", points=1, depends_on="test_loss")
def test_one_forward_a_batch(submission, rng):
    """Each batch goes through the model once, in order: a layer that changes with every pass shows it."""
    weights, batches = draw(rng)
    options = {"rates": [0.0], "tired": (rng.uniform(1.0, 2.0), rng.uniform(0.4, 0.6))}
    loss, state = run(submission, weights, batches, 3, **options)
    help = "Call model(x) once for each batch, and use its scores for the gradient and for the loss you return."
    wanted = oracle(weights, batches, 3, **options)
    assert_close(loss, wanted["loss"], tol=1e-5, help=help)
    assert_close(entry(entry(state, "buffers"), "level"), wanted["level"], help=help)


@check("correctness", points=2, depends_on="test_groups")
def test_any_loader(submission, rng):
    """The loader may be a generator, a DataLoader, or any object that can be iterated."""
    weights, batches = draw(rng, sizes=(4,) * 5)
    for kind in ("generator", "own", "DataLoader"):
        help = f"This loader: {kind}. Run through it once, and ask neither for its length nor for an index."
        assert_epoch(submission, weights, batches, 2, rates=secret_rates(rng), kind=kind, help=help)


@check("correctness", points=1, depends_on="test_groups")
def test_some_parameters(submission, rng):
    """Parameters that the optimiser does not hold, or that do not require gradients, stay; the others move."""
    weights, batches = draw(rng, sizes=(4,) * 4)
    for held, frozen in ((["b1", "w2"], []), (["w1", "b1"], ["w2", "b2"]), (["w1", "b1", "w2", "b2"], ["w1", "b1"])):
        options = {"rates": secret_rates(rng), "held": held, "frozen": frozen}
        help = "Leave the choice of what moves to the optimiser; a parameter's gradient may be None."
        assert_epoch(submission, weights, batches, 2, help=help, **options)


@check("correctness", points=1, depends_on=("test_loss", "test_groups"))
def test_single_images(submission, rng):
    """float32 images, one a batch, work like batches of many rows."""
    weights, _ = draw(rng, inputs=12)
    weights = {name: value.astype(np.float32) for name, value in weights.items()}
    batches = [(rng.normal(size=(1, 3, 2, 2)).astype(np.float32), rng.integers(0, 5, size=1)) for _ in range(3)]
    rates = secret_rates(rng)
    loss, state = run(submission, weights, batches, 2, rates=rates)
    wanted = oracle(weights, batches, 2, rates=rates)
    assert_close(loss, wanted["loss"], tol=1e-5)
    assert_parameters(state, wanted, dtype="float32")


@check("stability", points=1, depends_on=("test_loss", "test_groups"))
def test_large_scores(submission, rng):
    """Scores of ±10,000 give a finite loss and finite steps."""
    weights, batches = draw(rng, sizes=(4,) * 4)
    weights["w2"] *= 1e4 / np.abs(weights["w2"]).max()
    help = "Take the logarithm of the softmax in one go, as cross_entropy does."
    loss, _ = run(submission, weights, batches, 2, rates=[0.0])
    assert_close(loss, oracle(weights, batches, 2, rates=[0.0])["loss"], tol=1e-5, help=help)
    assert_epoch(submission, weights, batches[:2], 2, rates=secret_rates(rng), help=help)


@check("errors", points=1, depends_on="test_groups")
def test_accumulation_steps_too_small(submission, rng):
    """accumulation_steps < 1 is a ValueError, raised before anything is changed."""
    weights, batches = draw(rng, normalised=True)
    mask = rng.uniform(0.2, 2.0, size=6)
    stale = {name: rng.normal(size=value.shape) for name, value in weights.items()}
    for steps in (0, -int(rng.integers(1, 9))):
        world = submission.probe.World.keep(weights, secret_rates(rng), moded=mask, stale=stale)
        before = submission.probe.scores(world, batches[0][0])
        assert_raises(ValueError, submission.probe.train, world, batches, "list", steps)
        state = submission.probe.read(world)
        help = "Check the argument first: parameters, gradients and the model's mode are still as they were."
        for name, value in weights.items():
            assert_close(entry(entry(state, "parameters"), name), value, help=help)
            assert_close(entry(entry(state, "gradients"), name), stale[name], help=help)
        assert_close(submission.probe.scores(world, batches[0][0]), before, help=help)


@check("errors", points=1, depends_on="test_groups")
def test_empty_loader(submission, rng):
    """A loader without batches is a ValueError, and the parameters stay."""
    weights, _ = draw(rng)
    stale = {name: rng.normal(size=value.shape) for name, value in weights.items()}
    for kind in ("list", "generator", "own"):
        world = submission.probe.World.keep(weights, secret_rates(rng), stale=stale)
        help = "Count the samples; if there were none, say so, before you divide by their number and without a step."
        assert_raises(ValueError, submission.probe.train, world, [], kind, 2, help=help)
        state = submission.probe.read(world)
        for name, value in weights.items():
            assert_close(entry(entry(state, "parameters"), name), value, help=help)


@check("contract", points=1, depends_on="test_groups", testimony=True)
def test_side_effects(submission, rng):
    """The batches are as before, nothing is printed, and torch's settings and generators are left alone."""
    weights, batches = draw(rng)
    loader = [(torch.tensor(x), torch.tensor(y)) for x, y in batches]
    assert_unchanged(submission.probe.train_on, weights, secret_rates(rng), loader, 2, draws=True)


def run(submission, weights, batches, steps, kind="list", **options):
    """The loss returned by an epoch, and the state of the network afterwards."""
    world = submission.probe.World.keep(weights, **options)
    loss = submission.probe.train(world, batches, kind, steps)
    return loss, submission.probe.read(world)


def assert_epoch(submission, weights, batches, steps, kind="list", help=None, **options):
    """The epoch moves the parameters as the oracle does; the state of the network afterwards."""
    _, state = run(submission, weights, batches, steps, kind, **options)
    options = {name: value for name, value in options.items() if name != "stale"}
    assert_parameters(state, oracle(weights, batches, steps, **options), help=help)
    return state


def assert_parameters(state, wanted, dtype="float64", help=None):
    parameters = entry(state, "parameters")
    for name, expected in wanted["parameters"].items():
        assert_close(entry(parameters, name), expected, dtype=dtype, help=help)
    moved = any(np.any(entry(parameters, name) != wanted["before"][name]) for name in wanted["before"])
    assert_true(moved, "no parameter moved", help=help)


def draw(rng, sizes=UNEVEN, inputs=4, hidden=6, classes=5, normalised=False):
    """Weights of a network with one hidden layer, and batches of those sizes."""
    weights = {
        "w1": rng.normal(size=(hidden, inputs)),
        "b1": rng.normal(size=hidden),
        "w2": rng.normal(size=(classes, hidden)),
        "b2": rng.normal(size=classes),
    }
    if normalised:
        weights |= {"scale": rng.uniform(0.5, 1.5, size=hidden), "shift": rng.normal(size=hidden)}
    return weights, [(rng.normal(1.0, 2.0, size=(rows, inputs)), rng.integers(0, classes, size=rows)) for rows in sizes]


def secret_rates(rng):
    return [rng.uniform(0.1, 0.4)]


def forward(parameters, x, mask, level):
    """Scores, and what batch norm saw: the batch's mean and unbiased variance."""
    hidden = torch.tensor(np.asarray(x, np.float64)).transpose(1, -1).flatten(1) @ parameters["w1"].T + parameters["b1"]
    seen = None
    if mask is not None:
        seen = hidden.detach().mean(0).numpy(), hidden.detach().var(0).numpy()
        normal = (hidden - hidden.mean(0)) / torch.sqrt(hidden.var(0, unbiased=False) + 1e-5)
        hidden = (normal * parameters["scale"] + parameters["shift"]) * torch.tensor(mask)
    return torch.tanh(hidden * level) @ parameters["w2"].T + parameters["b2"], seen


def oracle(weights, batches, steps, rates, momentum=0.0, moded=None, tired=(1.0, 1.0), held=None, frozen=()):
    """The same epoch with the network written out, in float64, and one mean over each group's joined scores."""
    before = {name: value.astype(np.float64) for name, value in weights.items()}
    parameters = {name: torch.tensor(value) for name, value in before.items()}
    held = [name for name in (weights if held is None else held) if name not in frozen]
    velocity = dict.fromkeys(held, 0.0)
    for name in held:
        parameters[name].requires_grad_(True)
    (level, fading), running_mean, running_var, total = tired, 0.0, 1.0, 0.0
    for step, start in enumerate(range(0, len(batches), steps)):
        group, scores = batches[start : start + steps], []
        for x, _ in group:
            found, seen = forward(parameters, x, moded, level)
            scores.append(found)
            level *= fading
            if seen is not None:
                running_mean, running_var = 0.9 * running_mean + 0.1 * seen[0], 0.9 * running_var + 0.1 * seen[1]
        labels = torch.tensor(np.concatenate([y for _, y in group]))
        loss = functional.cross_entropy(torch.cat(scores), labels)
        gradients = torch.autograd.grad(loss, [parameters[name] for name in held])
        total += loss.item() * len(labels)
        with torch.no_grad():
            for name, gradient in zip(held, gradients, strict=True):
                velocity[name] = momentum * velocity[name] + gradient
                parameters[name] -= rates[min(step, len(rates) - 1)] * velocity[name]
    return {
        "loss": total / sum(len(y) for _, y in batches),
        "parameters": {name: value.detach().numpy() for name, value in parameters.items()},
        "before": before,
        "level": level,
        "running_mean": running_mean,
        "running_var": running_var,
    }
