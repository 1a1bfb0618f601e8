"""ProgressiveFineTuner on a small learner with secret values and stages, against the same training written out."""

import numpy as np
import torch
from torch.nn import functional

from etude.grading import (
    as_array,
    assert_close,
    assert_raises,
    assert_shape,
    assert_true,
    assert_type,
    assert_unchanged,
    check,
    entry,
    unpack,
)

LAYERS = ("block", "act", "norm", "stem")  # from the head on
HEAD = ("fc.weight", "fc.bias")


@check("contract", points=1)
def test_history(submission, rng):
    """One dict a stage comes back: its number, its rate, and a loss of each kind for every epoch."""
    setup, train, validation = draw(rng)
    stages = [{"lr": rate(rng), "unfreeze_layers": n} for n in (0, 1, 1)]
    for epochs in ((), (3,)):
        history = history_of(submission.probe.tune(setup, train, validation, stages, *epochs), len(stages))
        for number, (record, stage) in enumerate(zip(history, stages, strict=True)):
            assert_close(entry(record, "stage"), number, help="Stages are counted from 0.")
            assert_close(entry(record, "lr"), stage["lr"])
            for name in ("train_loss", "val_loss"):
                for loss in unpack(entry(record, name), (epochs or (5,))[0], what="a list with one loss an epoch"):
                    assert_type(loss, float)


@check("correctness", points=2, depends_on="test_history")
def test_training_loss(submission, rng):
    """The training loss is the mean per sample, in training mode."""
    setup, train, validation = draw(rng)
    x, y = train[0]
    for given in (train, [(x[:1], y[:1]), *train]):
        help = "Weight each batch by its size, and leave none out, not even one of a single sample."
        compare(submission, setup, given, validation, [still()], 2, names=["train_loss"], help=help)


@check("correctness", points=2, depends_on="test_history")
def test_validation_loss(submission, rng):
    """The validation loss is the mean per sample, in evaluation mode."""
    setup, train, validation = draw(rng)
    help = "learner.eval() before validating; weight each batch by its size."
    compare(submission, setup, train, validation, [still()], 2, names=["val_loss"], help=help)


@check("correctness", points=2, depends_on="test_validation_loss")
def test_validation_without_autograd(submission, rng):
    """Validation runs without autograd: the learner's scores show it."""
    setup, train, validation = draw(rng)
    setup["gains"] = [rng.uniform(0.5, 1.0), rng.uniform(1.5, 2.0)]
    help = "Validate under torch.no_grad(), and train outside of it."
    compare(submission, setup, train, validation, [still(1)], 2, names=["train_loss", "val_loss"], help=help)


@check("gradient", points=3, depends_on="test_history")
def test_one_epoch(submission, rng):
    """One epoch makes one Adam step a batch on what is trainable, and is validated after its last step."""
    for unfrozen in (0, 1, 4):
        setup, train, validation = draw(rng)
        stages = [{"lr": rate(rng), "unfreeze_layers": unfrozen}]
        help = "For each batch: zero_grad, forward, loss, backward, step. Unfreeze first, then make the optimiser."
        compare(
            submission, setup, train, validation, stages, 1, names=["train_loss", "val_loss"], state=True, help=help
        )


@check("correctness", points=2, depends_on="test_one_epoch")
def test_modes_every_epoch(submission, rng):
    """Every epoch trains in training mode, with frozen batch norm where it is, and validates in evaluation mode."""
    setup, train, validation = draw(rng)
    stages = [{"lr": rate(rng), "unfreeze_layers": 1}]
    help = "Call the learner's own train() before each epoch's training and eval() before its validation."
    compare(submission, setup, train, validation, stages, 3, names=["train_loss", "val_loss"], state=True, help=help)


@check("correctness", points=1, depends_on=("test_training_loss", "test_validation_loss"))
def test_loader_of_every_epoch(submission, rng):
    """Every epoch goes through both loaders anew: one that shuffles or augments gives other batches then."""
    setup, train, validation = draw(rng)
    passes = [[[(x + rng.normal(), y) for x, y in batches] for _ in range(12)] for batches in (train, validation)]
    (record,) = history_of(submission.probe.tune(setup, *passes, [still()], 4, anew=True), 1)
    wanted = [oracle(setup, *each, [still()], 1)[0][0][0] for each in zip(*passes, strict=True)]
    for name in ("train_loss", "val_loss"):
        known = np.array([losses[name][0] for losses in wanted])
        losses = [as_array(loss) for loss in unpack(entry(record, name), 4, what="a list with one loss an epoch")]
        nearest = [int(np.abs(loss - known).argmin()) for loss in losses]
        help = "Iterate over the loaders themselves in every epoch: a list made of one once freezes its batches."
        assert_true(len({*nearest}) == 4, "two epochs saw the same pass over a loader that changes", help=help)
        for loss, place in zip(losses, nearest, strict=True):
            assert_close(loss, known[place], tol=1e-6, help=help)


@check("correctness", points=3, depends_on="test_modes_every_epoch")
def test_stages(submission, rng):
    """The stages come in order, each with its own layers and learning rate."""
    for unfrozen in ((0, 1, 3), (3, 0, 4)):
        setup, train, validation = draw(rng)
        stages = [{"lr": rate(rng), "unfreeze_layers": n} for n in unfrozen]
        help = "A stage's number of layers is passed on as it is: it counts from the head, and is no addition."
        compare(
            submission, setup, train, validation, stages, 2, names=["train_loss", "val_loss"], state=True, help=help
        )


@check("correctness", points=2, depends_on="test_modes_every_epoch")
def test_fresh_optimizer(submission, rng):
    """Each stage begins with a fresh Adam, and keeps it for all its epochs."""
    setup, train, validation = draw(rng)
    stages = [{"lr": rate(rng), "unfreeze_layers": 1} for _ in range(3)]
    help = "Moments of the stage before do not belong to the new one; those of the epoch before do."
    compare(submission, setup, train, validation, stages, 3, names=["train_loss", "val_loss"], state=True, help=help)


@check("correctness", points=2, depends_on="test_history")
def test_untouched(submission, rng):
    """What no stage has unfrozen is the same bit for bit, batch-norm statistics included."""
    for unfrozen in ((0,), (0, 1), (1, 2), (3, 1)):
        setup, train, validation = draw(rng)
        stages = [{"lr": rate(rng), "unfreeze_layers": n} for n in unfrozen]
        stale = {name: rng.normal(size=setup["values"][name].shape) for name in parameters_of(LAYERS, setup)}
        state = entry(submission.probe.tune(setup, train, validation, stages, 2, stale=stale), "state")
        assert_shape(entry(state, "fc.bias"), setup["values"]["fc.bias"].shape)
        moved = np.abs(as_array(entry(state, "fc.bias")) - setup["values"]["fc.bias"])
        assert_true(moved.max() > 1e-6, "the head has not been trained")
        for name, value in setup["values"].items():
            if name.split(".")[0] not in ("fc", *LAYERS[: max(unfrozen)]):
                same = np.array_equal(as_array(entry(state, name)), value)
                assert_true(same, f"{name} has changed", help="Leave modes to the learner, and frozen weights alone.")


@check("correctness", points=1, depends_on="test_one_epoch")
def test_leftover_gradients(submission, rng):
    """Gradients left over from before have no influence."""
    setup, train, validation = draw(rng)
    stages = [{"lr": rate(rng), "unfreeze_layers": n} for n in (1, 4)]
    stale = {name: rng.normal(size=setup["values"][name].shape) for name in parameters_of(LAYERS, setup)}
    help = "zero_grad before each backward, the first one included."
    compare(submission, setup, train, validation, stages, 1, names=["val_loss"], state=True, stale=stale, help=help)


@check("correctness", points=1, depends_on="test_stages")
def test_single_precision(submission, rng):
    """A float32 learner stays float32."""
    setup, train, validation = draw(rng, "float32")
    stages = [still(), still(1)]
    compare(submission, setup, train, validation, stages, 2, names=["train_loss", "val_loss"], state=True, tol=1e-5)


@check("contract", points=1, depends_on="test_stages")
def test_second_call(submission, rng):
    """A second call goes through all stages once more, and returns a history of its own."""
    setup, train, validation = draw(rng)
    stages = [{"lr": rate(rng), "unfreeze_layers": n} for n in (0, 2)]
    returned = submission.probe.tune(setup, train, validation, stages, 1, rounds=2)
    histories, _ = oracle(setup, train, validation, stages, 1, rounds=2)
    for found, wanted in zip(unpack(entry(returned, "histories"), 2), histories, strict=True):
        for record, losses in zip(unpack(found, 2, what="one dict a stage"), wanted, strict=True):
            for name in ("train_loss", "val_loss"):
                assert_close(entry(record, name), losses[name], tol=1e-6, help="Make a new list in each call.")


@check("stability", points=1, depends_on="test_stages")
def test_sizes(submission, rng):
    """A single batch of two samples, and one sample to validate on, are enough; no stages give an empty list."""
    setup, train, validation = draw(rng)
    x, y = train[0]
    stages = [{"lr": rate(rng), "unfreeze_layers": 0}, {"lr": rate(rng), "unfreeze_layers": 4}]
    small = [(x[:2], y[:2])], [(x[:1], y[:1])]
    compare(submission, setup, *small, stages, 1, names=["train_loss", "val_loss"], tol=1e-5)
    assert_true(list(history_of(submission.probe.tune(setup, train, validation, []), 0)) == [], "no stages, no dicts")


@check("errors", points=2, depends_on="test_one_epoch")
def test_empty_loaders(submission, rng):
    """An empty training or validation loader raises ValueError."""
    setup, train, validation = draw(rng)
    stages = [{"lr": rate(rng), "unfreeze_layers": 1}]
    for loaders in (([], validation), (train, []), ([], [])):
        help = "Count the samples; where there are none, say so instead of dividing by zero."
        assert_raises(ValueError, submission.probe.tune, setup, *loaders, stages, 1, help=help)


@check("contract", points=1, depends_on="test_history", testimony=True)
def test_manners(submission, rng):
    """The stages are as before, nothing is printed, and global settings and generators are left alone."""
    setup, train, validation = draw(rng)
    stages = [{"lr": rate(rng), "unfreeze_layers": n} for n in (0, 1)]
    assert_unchanged(submission.probe.tune, setup, train, validation, stages, 1, draws=True)


def compare(
    submission, setup, train, validation, stages, epochs, *, names, state=False, stale=None, tol=1e-6, help=None
):
    """Losses of these names, and the learner's state, are those of the oracle."""
    returned = submission.probe.tune(setup, train, validation, stages, epochs, stale=stale)
    (wanted,), final = oracle(setup, train, validation, stages, epochs)
    for record, losses in zip(history_of(returned, len(stages)), wanted, strict=True):
        for name in names:
            assert_close(entry(record, name), losses[name], tol=tol, help=help)
    if state:
        for name, value in final.items():
            assert_close(entry(entry(returned, "state"), name), value, dtype=setup["mask"].dtype, tol=tol, help=help)


def history_of(returned, stages):
    (history,) = unpack(entry(returned, "histories"), 1)
    assert_true(isinstance(history, list), "no list came back", returned=str(history)[:200])
    return unpack(history, stages, what="a list with one dict a stage")


def draw(rng, dtype="float64", inputs=4, hidden=5, width=6, classes=3):
    """A learner's values, with statistics unlike the batches', and batches of different sizes."""
    values = {
        "stem.weight": rng.normal(size=(hidden, inputs)) / 2,
        "stem.bias": rng.normal(size=hidden),
        "block.0.weight": rng.normal(size=(width, hidden)),
        "block.0.bias": rng.normal(size=width),
        "fc.weight": rng.normal(size=(classes, width)) / 2,
        "fc.bias": rng.normal(size=classes),
    }
    for norm, size in (("norm", hidden), ("block.1", width)):
        values |= {f"{norm}.{kind}": rng.uniform(0.5, 1.5, size) for kind in ("weight", "running_var")}
        values |= {f"{norm}.{kind}": rng.normal(size=size) for kind in ("bias", "running_mean")}
    values = {name: value.astype(dtype) for name, value in values.items()}
    setup = {"values": values, "gains": [1.0, 1.0]}
    setup |= {
        "mask": rng.uniform(0.3, 2.0, width).astype(dtype),
        "weights": rng.uniform(0.5, 2.0, classes).astype(dtype),
    }

    def batches(sizes):
        return [
            (rng.normal(0.5, 1.5, size=(n, inputs)).astype(dtype), rng.normal(size=(n, classes)).astype(dtype))
            for n in sizes
        ]

    return setup, batches((7, 4, 3)), batches((5, 2))


def rate(rng):
    return float(rng.uniform(0.01, 0.05))


def still(unfrozen=0):
    """A stage that moves no parameter."""
    return {"lr": 0.0, "unfreeze_layers": unfrozen}


def parameters_of(layers, setup):
    return sorted(name for name in setup["values"] if name.split(".")[0] in ("fc", *layers) and "running" not in name)


def network(state, x, live, mask, gain):
    """Scores; batch norm of the layers `live` uses and moves statistics."""

    def norm(layer, h):
        name = {"norm": "norm", "block": "block.1"}[layer]
        mean, variance, weight, bias = (
            state[f"{name}.{kind}"] for kind in ("running_mean", "running_var", "weight", "bias")
        )
        return functional.batch_norm(h, mean, variance, weight, bias, training=layer in live)

    h = torch.tanh(norm("norm", functional.linear(x, state["stem.weight"], state["stem.bias"])))
    h = norm("block", functional.linear(h, state["block.0.weight"], state["block.0.bias"])) * mask
    return functional.linear(torch.tanh(h), state["fc.weight"], state["fc.bias"]) * gain


def oracle(setup, train, validation, stages, epochs, rounds=1):
    """Histories and final state, in float64."""
    train, validation = (
        [tuple(torch.tensor(each).double() for each in batch) for batch in data] for data in (train, validation)
    )
    state = {name: torch.tensor(value).double() for name, value in setup["values"].items()}
    mask, weights = torch.tensor(setup["mask"]).double(), torch.tensor(setup["weights"]).double()
    histories, reached = [[] for _ in range(rounds)], 0

    def losses(batches, *how, step=None):
        total = 0.0
        for x, y in batches:
            loss = ((network(state, x, *how) - y) ** 2 * weights).sum(dim=1).mean()
            total += loss.item() * len(x)
            if step is not None:
                step(loss)
        return total / sum(len(x) for x, _ in batches)

    for history in histories:
        for stage in stages:
            reached = max(reached, stage["unfreeze_layers"])
            live = LAYERS[:reached]
            trained = [state[name].requires_grad_() for name in parameters_of(live, setup)]
            adam = torch.optim.Adam(trained, lr=stage["lr"])

            def step(loss, trained=trained, adam=adam):
                for parameter, gradient in zip(trained, torch.autograd.grad(loss, trained), strict=True):
                    parameter.grad = gradient
                adam.step()

            record = {"train_loss": [], "val_loss": []}
            for _ in range(epochs):
                record["train_loss"].append(losses(train, live, mask, setup["gains"][0], step=step))
                with torch.no_grad():
                    record["val_loss"].append(losses(validation, (), 1.0, setup["gains"][1]))
            history.append(record)
    return histories, {name: value.detach() for name, value in state.items()}
