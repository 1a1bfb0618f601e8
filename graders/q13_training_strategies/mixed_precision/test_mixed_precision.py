"""train_mixed_precision on a linear model whose scores, loss, gradients and learning rate take on other values under
autocast than outside it; the oracle is logistic regression written out in float64."""

import numpy as np
import torch

from etude.grading import assert_close, assert_raises, assert_type, assert_unchanged, check, entry

ONES = (1.0, 1.0, 1.0)
UPDATE = "If step() has already been called: scaler.update() comes after every batch, not once an epoch."


@check("correctness", points=2)
def test_loss(submission, rng):
    """The loss is the mean cross-entropy over all samples, whatever the sizes of the batches."""
    weights, batches = draw(rng)
    loss, _ = run(submission, weights, batches)
    wanted, _ = oracle(weights, batches)
    assert_close(loss, wanted, tol=1e-5, help="Weigh each batch's mean by its size, and divide by all samples.")


@check("contract", points=1, depends_on="test_loss")
def test_python_float(submission, rng):
    """What comes back is a Python float."""
    assert_type(run(submission, *draw(rng))[0], float)


@check("gradient", points=2)
def test_update(submission, rng):
    """Each batch makes one step on its mean loss; the losses are those before each step."""
    weights, batches = draw(rng)
    assert_epoch(
        submission, weights, batches, help="zero_grad, forward, loss, backward, step: for each batch.", **sgd(rng)
    )


@check("correctness", points=2, depends_on="test_update")
def test_autocast_in_forward(submission, rng):
    """The model runs under autocast, in bfloat16 where nothing is said."""
    weights, batches = draw(rng)
    help = "Call model(x) inside `with torch.autocast(device_type, dtype=dtype):`."
    assert_epoch(submission, weights, batches, forward=[levels(rng)] * 2, help=help, **sgd(rng))


@check("correctness", points=1, depends_on="test_autocast_in_forward")
def test_float16(submission, rng):
    """With dtype=torch.float16 autocast works in float16."""
    weights, batches = draw(rng)
    options = {"forward": [levels(rng)] * 2, **sgd(rng)}
    assert_epoch(submission, weights, batches, dtype="float16", help="Hand `dtype` on to autocast.", **options)


@check("correctness", points=2, depends_on="test_update")
def test_autocast_in_loss(submission, rng):
    """The loss is computed under autocast too."""
    weights, batches = draw(rng)
    help = "Compute the loss inside the `with` as well: autocast takes it to float32."
    assert_epoch(submission, weights, batches, loss=levels(rng), help=help, **sgd(rng))


@check("gradient", points=2, depends_on="test_update", help=UPDATE)
def test_backward_outside(submission, rng):
    """backward runs outside autocast."""
    weights, batches = draw(rng)
    help = "End the `with` before backward: each gradient is computed in the dtype of its forward operation anyway."
    assert_epoch(submission, weights, batches, backward=levels(rng), help=help, **sgd(rng))
    assert_epoch(submission, weights, batches, backward=levels(rng), scaler=growing(rng), help=help, **sgd(rng))


@check("correctness", points=1, depends_on="test_update", help=UPDATE)
def test_step_outside(submission, rng):
    """The optimiser steps outside autocast, and autocast is off afterwards."""
    weights, batches = draw(rng)
    rates = list(rng.permutation([0.1, 0.3]) * rng.uniform(0.8, 1.2))
    for scaler in (None, growing(rng)):
        help = "Only the forward pass and the loss belong into the `with`."
        state = assert_epoch(submission, weights, batches, rates=rates, scaler=scaler, help=help)
        assert_close(entry(state, "autocast"), 0, help=help)


@check("correctness", points=2, depends_on="test_update")
def test_training_mode(submission, rng):
    """A model that comes in evaluation mode, as a whole or inside, is trained in training mode."""
    weights, batches = draw(rng)
    options = {"forward": [levels(rng), levels(rng)], "evaluating": True, **sgd(rng)}
    for inside in (False, True):
        help = "Call model.train() before the first batch, whatever model.training says."
        assert_epoch(submission, weights, batches, help=help, inside=inside, **options)


@check("correctness", points=1, depends_on="test_update", help=UPDATE)
def test_leftover_gradients(submission, rng):
    """Gradients that were there before have no influence, with a scaler and without."""
    weights, batches = draw(rng)
    stale = {name: rng.normal(size=value.shape).astype(np.float32) for name, value in weights.items()}
    for scaler in (None, growing(rng)):
        help = "Clear the gradients before every backward, the first included."
        assert_epoch(submission, weights, batches, stale=stale, scaler=scaler, help=help, **sgd(rng))


@check("correctness", points=2, depends_on="test_update")
def test_clipping(submission, rng):
    """Without a scaler, gradients longer than max_grad_norm are scaled down together; shorter ones stay."""
    weights, batches = draw(rng)
    options = {"factors": list(rng.permutation([0.01, 30.0, 0.02, 50.0])), **sgd(rng)}
    help = "clip_grad_norm_(model.parameters(), max_grad_norm) between backward and step, with or without a scaler."
    assert_epoch(submission, weights, batches, max_grad_norm=rng.uniform(0.5, 1.0), help=help, **options)


@check("stability", points=1, depends_on="test_update")
def test_nothing_scaled_without_a_scaler(submission, rng):
    """Without a scaler gradients are not scaled: very large ones do not overflow."""
    weights, batches = draw(rng)
    options = {"factors": [1e35] * len(batches), "rates": [1e-36 * rng.uniform(1.0, 2.0)] * 2}
    assert_epoch(submission, weights, batches, help="Where scaler is None, use none of your own.", **options)


@check("correctness", points=2, depends_on="test_update", help=UPDATE)
def test_scaler(submission, rng):
    """With a scaler the steps are the same, and its scale has moved once for every batch."""
    weights, batches = draw(rng)
    scaler = growing(rng)
    help = "For each batch: scaler.scale(loss).backward(), scaler.step(optimizer), scaler.update()."
    state = assert_epoch(submission, weights, batches, scaler=scaler, help=help, **sgd(rng))
    wanted = scaler["init_scale"] * scaler["growth_factor"] ** len(batches)
    assert_close(entry(state, "scale"), wanted, tol=1e-5, help=help)


@check("correctness", points=2, depends_on="test_scaler")
def test_scaler_with_clipping(submission, rng):
    """With a scaler, clipping works on unscaled gradients."""
    weights, batches = draw(rng)
    options = {"factors": list(rng.permutation([0.01, 30.0, 0.02, 50.0])), "scaler": growing(rng), **sgd(rng)}
    help = "scaler.unscale_(optimizer) comes between backward and clipping."
    assert_epoch(submission, weights, batches, max_grad_norm=rng.uniform(0.5, 1.0), help=help, **options)


@check("stability", points=2, depends_on="test_scaler")
def test_overflow(submission, rng):
    """A batch with infinite gradients makes no step, lowers the scale, and does not end the epoch."""
    weights, batches = draw(rng)
    scaler = growing(rng)
    for bound in (None, rng.uniform(0.5, 1.0)):
        factors = list(rng.permutation([1.0, 20.0, float("inf"), 0.1]))
        help = "Step through scaler.step(optimizer), which looks for infinities, and update after every batch."
        options = {"factors": factors, "scaler": scaler, "max_grad_norm": bound, **sgd(rng)}
        state = assert_epoch(submission, weights, batches, help=help, **options)
        wanted = scaler["init_scale"] * scaler["growth_factor"] ** (len(batches) - 1) * scaler["backoff_factor"]
        assert_close(entry(state, "scale"), wanted, tol=1e-5, help=help)


@check("correctness", points=1, depends_on=("test_update", "test_clipping"))
def test_disabled_scaler(submission, rng):
    """A scaler that is disabled changes nothing."""
    weights, batches = draw(rng)
    for bound in (None, rng.uniform(0.1, 0.2)):
        options = {"scaler": {"enabled": False}, "max_grad_norm": bound, **sgd(rng)}
        assert_epoch(submission, weights, batches, help="Use the scaler's methods, whatever it is.", **options)


@check("contract", points=2, depends_on="test_update")
def test_parameters_stay_float32(submission, rng):
    """Linear layers compute in half precision, and their parameters stay float32."""
    weights = {"w1": (6, 4), "b1": 6, "w2": (5, 6), "b2": 5}
    weights = {name: rng.normal(0.0, 0.5, size=shape).astype(np.float32) for name, shape in weights.items()}
    _, batches = draw(rng)
    rate, by_dtype = rng.uniform(0.05, 0.1), levels(rng)
    for dtype, scaler, level in (("bfloat16", None, by_dtype[1]), ("float16", growing(rng), by_dtype[2])):
        world = submission.probe.Layers.keep(weights, by_dtype, rate, scaler)
        loss = submission.probe.train(world, batches[:1], dtype=dtype)
        wanted, parameters = layers(weights, batches[0], level, rate)
        help = "Leave the parameters as they are: autocast makes copies in half precision where it needs them."
        assert_close(loss, wanted, tol=5e-2, help=help)
        found = entry(submission.probe.read(world), "parameters")
        for name, value in parameters.items():
            assert_close(entry(found, name), value, dtype="float32", tol=1e-2, help=help)


@check("correctness", points=1, depends_on="test_update")
def test_data_loader(submission, rng):
    """A DataLoader works like any object that can be iterated, and images like rows."""
    weights, batches = draw(rng)
    batches = [(x.reshape(-1, 2, 2), y) for x, y in batches]
    assert_epoch(submission, weights, batches, form="DataLoader", **sgd(rng))


@check("correctness", points=1, depends_on="test_update", help=UPDATE)
def test_some_parameters(submission, rng):
    """Parameters that the optimiser does not hold, or that do not require gradients, stay; the others move."""
    weights, batches = draw(rng)
    for held, frozen in ((["w"], []), (["b"], ["w"]), (["w", "b"], ["b"])):
        for scaler in (None, growing(rng)):
            options = {"held": held, "frozen": frozen, "scaler": scaler, **sgd(rng)}
            assert_epoch(submission, weights, batches, help="A parameter's gradient may be None.", **options)


@check("correctness", points=1, depends_on="test_update")
def test_device_type(submission, rng):
    """Batches are moved to device_type; one that torch does not know raises."""
    weights, batches = draw(rng)
    assert_epoch(submission, weights, batches, form="away", help="x.to(device_type), y.to(device_type)", **sgd(rng))
    assert_raises(Exception, run, submission, weights, batches, device_type="abacus", help="Hand `device_type` on.")


@check("errors", points=1, depends_on="test_update")
def test_empty_loader(submission, rng):
    """A loader without batches is a ValueError; parameters and scaler stay."""
    weights, _ = draw(rng)
    stale = {name: rng.normal(size=value.shape).astype(np.float32) for name, value in weights.items()}
    for scaler in (None, growing(rng)):
        world = submission.probe.World.keep(weights, [0.1, 0.1], scaler=scaler, stale=stale)
        help = "Count the samples; if there were none, say so, before you divide by their number and without a step."
        assert_raises(ValueError, submission.probe.train, world, [], help=help)
        state = submission.probe.read(world)
        for name, value in weights.items():
            assert_close(entry(entry(state, "parameters"), name), value, help=help)
        if scaler is not None:
            assert_close(entry(state, "scale"), scaler["init_scale"], tol=1e-5, help=help)


@check("contract", points=1, depends_on="test_update", testimony=True)
def test_side_effects(submission, rng):
    """The batches are as before, nothing is printed, and torch's settings and generators are left alone."""
    weights, batches = draw(rng)
    loader = [(torch.tensor(x), torch.tensor(y)) for x, y in batches]
    for named in ({}, {"max_grad_norm": 0.1}):
        assert_unchanged(submission.probe.train_on, weights, [0.1, 0.1], loader, draws=True, **named)


def run(submission, weights, batches, *, form="own", dtype=None, max_grad_norm=None, device_type=None, **options):
    """The loss returned by an epoch, and the state of the model and the scaler afterwards."""
    world = submission.probe.World.keep(weights, **options)
    named = {"max_grad_norm": max_grad_norm, "device_type": device_type}
    named = {name: value for name, value in named.items() if value is not None}
    loss = submission.probe.train(world, batches, form, dtype, **named)
    return loss, submission.probe.read(world)


def assert_epoch(submission, weights, batches, help=None, **options):
    """Loss and parameters are the oracle's; the state afterwards."""
    loss, state = run(submission, weights, batches, **options)
    wanted, parameters = oracle(weights, batches, **options)
    assert_close(loss, wanted, tol=1e-5, help=help)
    for name, value in parameters.items():
        assert_close(entry(entry(state, "parameters"), name), value, dtype="float32", help=help)
    return state


def draw(rng, classes=5, inputs=4):
    """A linear model and four batches, in float32."""
    weights = {"w": rng.normal(0.0, 0.5, size=(classes, inputs)), "b": rng.normal(0.0, 0.5, size=classes)}
    return {name: value.astype(np.float32) for name, value in weights.items()}, [
        (rng.normal(size=(rows, inputs)).astype(np.float32), rng.integers(0, classes, size=rows))
        for rows in (7, 3, 5, 4)
    ]


def sgd(rng):
    rate = rng.uniform(0.05, 0.2)
    return {"rates": [rate, rate], "momentum": rng.uniform(0.3, 0.6)}


def levels(rng):
    """For what runs outside autocast, in bfloat16 and in float16."""
    return [float(level) for level in rng.permutation([0.6, 1.0, 1.5]) * rng.uniform(0.9, 1.1)]


def growing(rng):
    """A scaler that grows after every good batch."""
    factors = {"growth_factor": rng.uniform(1.5, 2.5), "backoff_factor": rng.uniform(0.2, 0.6)}
    return {"init_scale": rng.uniform(500.0, 2000.0), "growth_interval": 1, **factors}


def oracle(
    weights,
    batches,
    rates=(0.0, 0.0),
    momentum=0.0,
    forward=(ONES, ONES),
    loss=ONES,
    backward=ONES,
    factors=(),
    max_grad_norm=None,
    dtype="bfloat16",
    held=("w", "b"),
    frozen=(),
    **_,
):
    """The mean loss and the parameters after the epoch, with every level that holds where things run as they should."""
    under = {"bfloat16": 1, "float16": 2}[dtype]
    parameters = {name: value.astype(np.float64) for name, value in weights.items()}
    velocity, losses = dict.fromkeys(parameters, 0.0), []
    factors = [*factors, *[1.0] * (len(batches) - len(factors))]
    for (x, y), factor in zip(batches, factors, strict=True):
        x = x.swapaxes(1, -1).reshape(len(x), -1).astype(np.float64)
        inner, outer = forward[1][under], loss[under]
        scores = (x @ parameters["w"].T + parameters["b"]) * inner * outer
        log_p = scores - scores.max(1, keepdims=True)
        log_p -= np.log(np.exp(log_p).sum(1, keepdims=True))
        losses.extend(-log_p[np.arange(len(y)), y])
        if np.isinf(factor):
            continue  # the scaler skips it
        delta = (np.exp(log_p) - np.eye(scores.shape[1])[y]) / len(y) * outer * backward[0] * factor * inner
        gradients = {"w": delta.T @ x, "b": delta.sum(0)}
        gradients = {name: value for name, value in gradients.items() if name not in frozen}
        norm = np.sqrt(sum((value**2).sum() for value in gradients.values()))
        clip = 1.0 if max_grad_norm is None else min(1.0, max_grad_norm / norm)
        for name in set(held) - set(frozen):
            velocity[name] = momentum * velocity[name] + clip * gradients[name]
            parameters[name] = parameters[name] - rates[0] * velocity[name]
    return float(np.mean(losses)), parameters


def layers(weights, batch, level, rate):
    """One step of the network with a hidden layer: its loss and its parameters, in float64."""
    p = {name: torch.tensor(value.astype(np.float64), requires_grad=True) for name, value in weights.items()}
    hidden = torch.tanh((torch.tensor(batch[0].astype(np.float64)) @ p["w1"].T + p["b1"]) * level)
    loss = torch.nn.functional.cross_entropy(hidden @ p["w2"].T + p["b2"], torch.tensor(batch[1]))
    gradients = torch.autograd.grad(loss, list(p.values()))
    return loss.item(), {
        name: (value - rate * gradient).detach().numpy()
        for (name, value), gradient in zip(p.items(), gradients, strict=True)
    }
