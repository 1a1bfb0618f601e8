"""Hidden grader of `configure_optimizers`: each optimiser steps on secret gradients, against its formula in float64."""

import numpy as np
import torch

from etude.grading import assert_close, assert_true, assert_unchanged, check, entry, unpack

KEYS = ["adam", "sgd", "rmsprop"]


def draw(rng):
    """Parameters in several layers, and a draw of as many gradients as steps, of very different sizes."""
    values = {
        "first.weight": rng.normal(size=(3, 2)),
        "first.bias": rng.normal(size=3),
        "second.weight": rng.normal(size=(2, 3)),
    }
    return values, gradients_for(rng, values)


def gradients_for(rng, values, steps=4):
    def gradient(value):
        size = 10.0 ** rng.uniform(-5, 0, size=value.shape)
        return np.asarray(size * rng.choice([-1.0, 1.0], size=value.shape))

    return [{name: gradient(value) for name, value in values.items()} for _ in range(steps)]


def secret_lr(rng):
    return {"lr": rng.uniform(0.01, 0.1)}


# -- the oracle: torch.optim's rules with their default settings, written out


def sgd(lr):
    buffer = 0.0

    def step(g):
        nonlocal buffer
        buffer = 0.9 * buffer + g
        return lr * buffer

    return step


def rmsprop(lr):
    square = 0.0

    def step(g):
        nonlocal square
        square = 0.99 * square + 0.01 * g**2
        return lr * g / (np.sqrt(square) + 1e-8)

    return step


def adam(lr):
    mean, square, count = 0.0, 0.0, 0

    def step(g):
        nonlocal mean, square, count
        count += 1
        mean, square = 0.9 * mean + 0.1 * g, 0.999 * square + 0.001 * g**2
        return lr * mean / (1 - 0.9**count) / (np.sqrt(square / (1 - 0.999**count)) + 1e-8)

    return step


RULES = {"adam": adam, "sgd": sgd, "rmsprop": rmsprop}


def expected(value, keys, gradients, lr=0.001, rates=None):
    rules = [RULES[key](rates[key] if rates else lr) for key in keys]
    for g in gradients:
        for rule in rules:
            value = value - rule(g)
    return value


def assert_trained(submission, keys, values, gradients, settings, help=None, frozen=(), **how):
    """Parameters after training are what the rules give; frozen ones and those that are tied away are not moved."""
    found = submission.probe.train(values, keys, gradients, settings, frozen=frozen, **how)
    gone = [name for name, _ in how.get("tied", ())]
    for name, value in values.items():
        if name not in gone:
            steps = [] if name in frozen else [by_name[name] for by_name in gradients]
            wanted = expected(value, keys, steps, **settings)
            assert_close(entry(found, name), wanted, dtype="float64", help=help)


@check("contract", points=1)
def test_keys(submission, rng):
    """A dict with the keys adam, sgd and rmsprop, and no others."""
    values, _ = draw(rng)
    is_dict, keys = unpack(submission.probe.kind_and_keys(values), 2)
    assert_true(is_dict is True, "the result is no dict")
    right = isinstance(keys, list) and sorted(map(str, keys)) == sorted(KEYS)
    assert_true(right, "the keys are wrong", returned=str(keys)[:200], wanted=str(KEYS))


@check("correctness", points=2)
def test_sgd(submission, rng):
    """Under "sgd" is gradient descent with momentum 0.9."""
    values, gradients = draw(rng)
    help = "torch.optim.SGD with lr and momentum=0.9, without Nesterov's variant, dampening or weight decay."
    assert_trained(submission, ["sgd"], values, gradients, secret_lr(rng), help)


@check("correctness", points=2)
def test_adam(submission, rng):
    """Under "adam" is Adam with the given learning rate and torch's defaults."""
    values, gradients = draw(rng)
    help = "torch.optim.Adam with lr and nothing else. AdamW decays the weights by default."
    assert_trained(submission, ["adam"], values, gradients, secret_lr(rng), help)


@check("correctness", points=2)
def test_rmsprop(submission, rng):
    """Under "rmsprop" is RMSprop with the given learning rate and torch's defaults."""
    values, gradients = draw(rng)
    help = "torch.optim.RMSprop with lr and nothing else: alpha 0.99, no momentum, not centred."
    assert_trained(submission, ["rmsprop"], values, gradients, secret_lr(rng), help)


@check("contract", points=1, depends_on=("test_sgd", "test_adam", "test_rmsprop"))
def test_default_rate(submission, rng):
    """The learning rate is 0.001 for all three where none is given."""
    values, gradients = draw(rng)
    for key in KEYS:
        assert_trained(submission, [key], values, gradients, {}, f"configure_optimizers(model)['{key}'] has lr 0.001.")


@check("correctness", points=2, depends_on="test_sgd")
def test_frozen(submission, rng):
    """Parameters that do not require gradients are not held: they stay even where they have a gradient."""
    values, gradients = draw(rng)
    frozen = ["first.weight", "first.bias"]
    help = "Choose the parameters with p.requires_grad. A frozen one may carry a gradient from before it was frozen."
    for key in KEYS:
        for thaw in (False, True):
            found = submission.probe.train(values, [key], gradients, {}, frozen=frozen, thaw=thaw)
            for name in frozen:
                assert_close(entry(found, name), values[name], dtype="float64", tol=0, help=help)
    assert_trained(submission, ["sgd"], values, gradients, secret_lr(rng), help, frozen=frozen)
    help = "The parameters that require gradients now count, not those of an earlier call."
    assert_trained(submission, ["sgd"], values, gradients, secret_lr(rng), help, frozen=frozen, twice=True)


@check("correctness", points=1, depends_on="test_sgd")
def test_shared(submission, rng):
    """A parameter that two layers share is held once."""
    values, gradients = draw(rng)
    values["third.weight"] = values["first.weight"].copy()
    help = "model.parameters() leaves out repetitions."
    tied = [("third.weight", "first.weight")]
    assert_trained(submission, ["sgd"], values, gradients, secret_lr(rng), help, tied=tied)


@check("correctness", points=1, depends_on="test_sgd")
def test_every_parameter(submission, rng):
    """Parameters are found wherever they are, and whatever their name and shape."""
    values = {
        "temperature": np.asarray(rng.normal()),
        "shift": rng.normal(size=4),
        "body.block.attention.kernel": rng.normal(size=(2, 1, 2, 2)),
        "body.block.norm.weight": rng.normal(size=3),
        "head.bias": rng.normal(size=2),
    }
    help = "model.parameters() goes through the model and all its submodules."
    assert_trained(submission, ["sgd"], values, gradients_for(rng, values), secret_lr(rng), help)


@check("correctness", points=1, depends_on=("test_sgd", "test_adam", "test_rmsprop"))
def test_independent(submission, rng):
    """The three optimisers can be used by turns on one model, and do not disturb each other."""
    values, gradients = draw(rng)
    help = "Each optimiser has a state of its own, over the model's own parameters."
    assert_trained(submission, KEYS, values, gradients, secret_lr(rng), help)
    rates = {key: rng.uniform(0.01, 0.1) for key in KEYS}
    found = submission.probe.train(values, KEYS, gradients, {}, rates=rates)
    help = "torch.optim keeps a group that it is given: one dict for several optimisers is one learning rate for them."
    for name, value in values.items():
        wanted = expected(value, KEYS, [by_name[name] for by_name in gradients], rates=rates)
        assert_close(entry(found, name), wanted, dtype="float64", help=help)


@check("contract", points=1, depends_on="test_adam", testimony=True)
def test_classes(submission, rng):
    """The classes are exactly torch.optim's Adam, SGD and RMSprop."""
    found = submission.probe.classes(draw(rng)[0])
    for key, kind in zip(KEYS, (torch.optim.Adam, torch.optim.SGD, torch.optim.RMSprop), strict=True):
        name, wanted = entry(found, key), f"{kind.__module__}.{kind.__qualname__}"
        assert_true(name == wanted, f"{key} is of another class", returned=str(name)[:200], wanted=wanted)


@check("contract", points=1, depends_on="test_classes", testimony=True)
def test_settings(submission, rng):
    """Every other setting has torch's default."""
    lr = secret_lr(rng)["lr"]
    found = submission.probe.settings(draw(rng)[0], lr)
    one = [torch.zeros(1)]
    for key, default in {
        "adam": torch.optim.Adam(one, lr=lr),
        "sgd": torch.optim.SGD(one, lr=lr, momentum=0.9),
        "rmsprop": torch.optim.RMSprop(one, lr=lr),
    }.items():
        groups = entry(found, key)
        assert_true(isinstance(groups, list) and groups, "no parameter groups", returned=str(groups)[:200])
        for group in groups:
            for name, value in default.defaults.items():
                text = entry(group, name)
                help = f"Do not pass {name} to the {key} optimiser."
                problem = f"{key} has another {name}"
                assert_true(text == repr(value), problem, returned=str(text)[:100], wanted=repr(value), help=help)


@check("contract", points=1, depends_on="test_sgd")
def test_model_unchanged(submission, rng):
    """Parameters, their gradients and their requires_grad stay as they are, and so do the modes of the modules."""
    values, (gradients, *_) = draw(rng)
    absent, evaluation = "second.weight", "second"
    del gradients[absent]
    found, modes = unpack(submission.probe.model_afterwards(values, gradients, ["first.bias"], [evaluation]), 2)
    for name, value in values.items():
        after, gradient, trainable = unpack(entry(found, name), 3)
        assert_close(after, value, dtype="float64", tol=0)
        if name == absent:
            assert_true(gradient is None, f"{name} had no gradient, and has one now")
        else:
            help = "Clearing gradients is the loop's task."
            assert_close(gradient, gradients[name], dtype="float64", tol=0, help=help)
        assert_true(trainable is (name != "first.bias"), f"requires_grad of {name} was changed")
    for name in ("", "first", "second"):
        same = entry(modes, name) is (name != evaluation)
        assert_true(same, "a module's mode was changed", help="train() and eval() are the loop's task.")


@check("contract", points=1, depends_on="test_sgd", testimony=True)
def test_side_effects(submission, rng):
    """Nothing is printed, and torch's settings and generators are left alone."""
    assert_unchanged(submission.probe.kind_and_keys, draw(rng)[0])
