"""train_with_accumulation, one check for each fault and some for what was right: none of the latter has a group of more
than one batch, a group that is not full, or gradients at the start."""

import numpy as np
import torch
from torch.nn import functional

from etude.grading import (
    as_array,
    assert_close,
    assert_raises,
    assert_true,
    assert_type,
    assert_unchanged,
    check,
    entry,
)

UNEVEN = (7, 2, 5, 3, 8, 4, 1)  # rows of each batch


@check("correctness", points=1)
def test_loss(submission, rng):
    """The loss is the mean over all samples, whatever the sizes of the batches; a Python float."""
    weights, batches = draw(rng)
    loss, _ = run(submission, weights, batches, 2, rates=[0.0])
    wanted = oracle(weights, batches, 2, rates=[0.0])
    assert_close(
        loss, wanted["loss"], tol=1e-5, help="Add up the losses of all samples, and divide by the number of samples."
    )
    assert_type(loss, float)


@check("gradient", points=1)
def test_groups_of_one(submission, rng):
    """With accumulation_steps=1 every batch makes an ordinary step; the losses are those before it."""
    weights, batches = draw(rng)
    options = {"rates": list(rng.uniform(0.05, 0.3, size=7)), "momentum": rng.uniform(0.5, 0.9)}
    loss, state = run(submission, weights, batches, 1, **options)
    wanted = oracle(weights, batches, 1, **options)
    assert_parameters(state, wanted, help="One step for each batch, with the gradients cleared after it.")
    assert_close(loss, wanted["loss"], tol=1e-5, help="Keep the losses that backward is called on.")
    assert_close(entry(state, "steps"), len(batches), help="One step for each batch, and none after the loop.")


@check("gradient", points=3)
def test_mean_over_the_group(submission, rng):
    """A step's gradient is that of the mean over all samples of its group."""
    for sizes in ((4,) * 6, UNEVEN[:6]):
        weights, batches = draw(rng, sizes=sizes)
        for steps in (3, 2):
            help = "backward adds up means here. Divide summed losses by the number of samples in the group."
            assert_epoch(submission, weights, batches, steps, rates=secret_rates(rng), help=help)
    weights, batches = draw(rng, sizes=UNEVEN[:5])
    rates = [0.0, rng.uniform(0.1, 0.4)]
    _, state = run(submission, weights, batches, 3, rates=rates)
    if np.array_equal(as_array(entry(state, "steps")), 2):  # whether the last group makes a step is the next check's
        assert_parameters(state, oracle(weights, batches, 3, rates=rates), help=help)


@check("correctness", points=3)
def test_last_group(submission, rng):
    """Batches after the last full group make a step of their own, and leave no gradients."""
    weights, batches = draw(rng)
    full = rng.integers(1, 4)
    for count, steps, rates in ((7, 3, [0.0, 0.0]), (1, 2, []), (1, 20, []), (2 * full + 1, 2, [0.0] * full)):
        rates = [*rates, rng.uniform(0.1, 0.4)]  # only the last step moves anything
        help = "After the loop a group may be unfinished: step for it too, divided by the samples that it has."
        state = assert_epoch(submission, weights, batches[:count], steps, rates=rates, help=help)
        assert_close(entry(state, "steps"), len(rates), help=help)
        assert_no_gradients(state, weights)


@check("correctness", points=3)
def test_gradients_before(submission, rng):
    """Gradients that were there at the start have no influence."""
    weights, batches = draw(rng)
    stale = {name: rng.normal(size=value.shape) for name, value in weights.items()}
    help = "backward adds to .grad: clear the gradients before the first batch too."
    assert_epoch(submission, weights, batches, 1, rates=secret_rates(rng), stale=stale, help=help)


@check("contract", points=1, depends_on="test_groups_of_one")
def test_full_groups(submission, rng):
    """Full groups make one step each, four batches a group where nothing is said, and leave no gradients."""
    weights, batches = draw(rng, sizes=(3,) * 20)
    for steps in ((), (4,), (2,), (10,)):
        world = submission.probe.World.keep(weights, secret_rates(rng))
        submission.probe.train(world, batches, "list", *steps)
        state = submission.probe.read(world)
        assert_close(entry(state, "steps"), 20 // (*steps, 4)[0], help="A step when a group is full, and no other.")
        assert_no_gradients(state, weights)


@check("correctness", points=1, depends_on="test_groups_of_one")
def test_training_mode(submission, rng):
    """A model that comes in evaluation mode is trained in training mode."""
    weights, batches = draw(rng, sizes=(4,) * 4, normalised=True)
    options = {"rates": secret_rates(rng), "moded": rng.uniform(0.2, 2.0, size=6)}
    state = assert_epoch(submission, weights, batches, 1, help="Keep model.train().", **options)
    wanted = oracle(weights, batches, 1, **options)
    for name in ("running_mean", "running_var"):
        assert_close(entry(entry(state, "buffers"), name), wanted[name])


@check("correctness", points=1, depends_on="test_loss")
def test_one_forward_a_batch(submission, rng):
    """Each batch goes through the model by itself, once, in order: a layer that changes with every pass shows it."""
    weights, batches = draw(rng, sizes=(4,) * 6)
    options = {"rates": [0.0], "tired": (rng.uniform(1.0, 2.0), rng.uniform(0.4, 0.6))}
    loss, state = run(submission, weights, batches, 3, **options)
    wanted = oracle(weights, batches, 3, **options)
    help = "Call model(x) once for each batch, as it was."
    assert_close(loss, wanted["loss"], tol=1e-5, help=help)
    assert_close(entry(entry(state, "buffers"), "level"), wanted["level"], help=help)


@check("correctness", points=1, depends_on="test_groups_of_one")
def test_any_loader(submission, rng):
    """The loader may be a generator, a DataLoader, or any object that can be iterated."""
    weights, batches = draw(rng, sizes=(4,) * 5)
    for kind in ("generator", "own", "DataLoader"):
        help = f"This loader: {kind}. Run through it once, and ask neither for its length nor for an index."
        assert_epoch(submission, weights, batches, 1, rates=secret_rates(rng), kind=kind, help=help)
        loss, _ = run(submission, weights, batches, 2, kind, rates=[0.0])
        assert_close(loss, oracle(weights, batches, 2, rates=[0.0])["loss"], tol=1e-5, help=help)


@check("correctness", points=1, depends_on="test_groups_of_one")
def test_some_parameters(submission, rng):
    """Parameters that the optimiser does not hold, or that do not require gradients, stay; the others move."""
    weights, batches = draw(rng, sizes=(4,) * 4)
    for held, frozen in ((["b1", "w2"], []), (["w1", "b1"], ["w2", "b2"]), (["w1", "b1", "w2", "b2"], ["w1", "b1"])):
        options = {"rates": secret_rates(rng), "held": held, "frozen": frozen}
        help = "Leave the choice of what moves to the optimiser; a parameter's gradient may be None."
        assert_epoch(submission, weights, batches, 1, help=help, **options)


@check("errors", points=1, depends_on="test_groups_of_one")
def test_errors(submission, rng):
    """accumulation_steps < 1 and a loader without batches are ValueErrors, and the parameters stay."""
    weights, batches = draw(rng)
    stale = {name: rng.normal(size=value.shape) for name, value in weights.items()}
    for kind, loader, steps in (("list", batches, 0), ("own", batches, -2), ("list", [], 2), ("generator", [], 1)):
        world = submission.probe.World.keep(weights, secret_rates(rng), stale=stale)
        assert_raises(ValueError, submission.probe.train, world, loader, kind, steps)
        state = submission.probe.read(world)
        help = "Raise before anything is changed: these errors were handled as they should be."
        for name, value in weights.items():
            assert_close(entry(entry(state, "parameters"), name), value, help=help)
            if steps < 1:
                assert_close(entry(entry(state, "gradients"), name), stale[name], help=help)


@check("contract", points=1, depends_on="test_groups_of_one", testimony=True)
def test_side_effects(submission, rng):
    """The batches are as before, nothing is printed, and torch's settings and generators are left alone."""
    weights, batches = draw(rng)
    loader = [(torch.tensor(x), torch.tensor(y)) for x, y in batches]
    assert_unchanged(submission.probe.train_on, weights, secret_rates(rng), loader, 2, draws=True)


def assert_no_gradients(state, weights):
    for name in weights:
        gradient = entry(entry(state, "gradients"), name)
        assert_close(gradient, np.zeros_like(gradient), help="Clear the gradients after every step.")


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
