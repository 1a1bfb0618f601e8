"""ModelTrainer, checks for each fault and some for what was right: none of the latter has batches of different sizes,
several training batches in an epoch with steps that move, or a layer to which modes matter."""

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
    unpack,
)

STILL = {"lr": 0.0}  # steps that move nothing
LOSS = 1e-5  # losses may be summed in float32
METHODS = ("train_epoch", "validate")


@check("correctness", points=1)
def test_losses(submission, rng):
    """On batches of one size both losses are the mean over the loader, as Python floats."""
    weights, batches = draw(rng), draw_batches(rng)
    for method in METHODS:
        loss = submission.probe.call(build(submission, weights, STILL), method, batches)
        assert_close(loss, getattr(Twin(weights, STILL), method)(batches), tol=LOSS)
        assert_type(loss, float)


@check("gradient", points=1)
def test_update(submission, rng):
    """An epoch of one batch makes one step; the loss is the one before it, and older gradients have no influence."""
    weights, sgd = draw(rng), secret_sgd(rng)
    stale = {name: rng.normal(size=value.shape) for name, value in weights.items()}
    world, twin = build(submission, weights, sgd, stale=stale), Twin(weights, sgd)
    for batch in draw_batches(rng):
        loss, wanted = submission.probe.call(world, "train_epoch", [batch]), twin.train_epoch([batch])
        assert_close(loss, wanted, tol=LOSS, help="Keep the loss that backward is called on.")
        assert_state(submission.probe.read(world), twin, help="zero_grad, forward, backward, step: in this order.")


@check("correctness", points=2)
def test_training_mode(submission, rng):
    """train_epoch trains in training mode, whatever mode the model is in, and so does every epoch of fit."""
    help = "Each train_epoch has to call model.train(): somebody may have validated before."
    weights, sgd, watch = draw(rng, normalised=True), secret_sgd(rng), secret_watch(rng)
    batch = draw_batches(rng)[:1]
    for modes in ([False] * 7, [True, True, True, False, False, True, True]):
        world = build(submission, weights, sgd, watch=watch, modes=modes)
        twin = Twin(weights, sgd, watch)
        submission.probe.call(world, "train_epoch", batch)
        twin.train_epoch(batch)
        assert_state(submission.probe.read(world), twin, help=help)
    del weights["scale"]
    world, twin = build(submission, weights, sgd, watch=watch), Twin(weights, sgd, watch)
    history = submission.probe.call(world, "fit", batch, batch, epochs=3)
    assert_close(
        entry(history, "train_loss"), np.array([twin.train_epoch(batch) for _ in range(3)]), tol=LOSS, help=help
    )


@check("correctness", points=2)
def test_validation_in_evaluation_mode(submission, rng):
    """validate runs in evaluation mode, whatever modes it meets: batch norm uses its statistics and leaves them."""
    weights, batches = draw(rng, normalised=True), draw_batches(rng)
    off, on = rng.uniform(0.4, 0.8), rng.uniform(1.2, 1.6)
    watch = np.array([off, off, on, on])
    wanted = Twin(weights, STILL, watch).validate(batches)
    help = "no_grad() decides whether a graph is built, eval() what layers compute. Call eval() in validate, always."
    for modes in ([True] * 7, [False] * 3 + [True] * 4):
        world = build(submission, weights, STILL, watch=watch, modes=modes)
        assert_close(submission.probe.call(world, "validate", batches), wanted, tol=LOSS, help=help)
        seen = submission.probe.read(world)
        for name, value in weights.items():
            assert_close(entry(entry(seen, "state"), name), value, tol=0.0, help=help)


@check("correctness", points=1)
def test_validation_without_autograd(submission, rng):
    """validate runs with autograd off: a layer that knows shows it."""
    weights, batches = draw(rng), draw_batches(rng)
    off, on = rng.uniform(0.4, 0.8), rng.uniform(1.2, 1.6)
    watch = np.array([off, on, off, on])
    world = build(submission, weights, STILL, watch=watch)
    wanted = Twin(weights, STILL, watch).validate(batches)
    help = "eval() decides what layers compute, no_grad() whether a graph is built: validate needs no_grad() too."
    assert_close(submission.probe.call(world, "validate", batches), wanted, tol=LOSS, help=help)


@check("correctness", points=3)
def test_mean_per_sample(submission, rng):
    """Batches may differ in size, and every sample weighs the same."""
    weights, batches = draw(rng), draw_batches(rng, sizes=(7, 1, 4))
    for method in METHODS:
        loss = submission.probe.call(build(submission, weights, STILL), method, batches)
        help = "The criterion averages over a batch: weigh its value by the batch's size, and divide by all samples."
        assert_close(loss, getattr(Twin(weights, STILL), method)(batches), tol=LOSS, help=help)


@check("correctness", points=3)
def test_gradients_carried_over(submission, rng):
    """Each batch's step follows that batch's gradient alone."""
    weights, batches, sgd = draw(rng), draw_batches(rng), {"lr": rng.uniform(0.05, 0.3)}
    world, twin = build(submission, weights, sgd), Twin(weights, sgd)
    submission.probe.call(world, "train_epoch", batches)
    twin.train_epoch(batches)
    assert_state(submission.probe.read(world), twin, help="Clear the gradients before every backward.")


@check("contract", points=1, depends_on="test_losses")
def test_modes_given_back(submission, rng):
    """validate gives every submodule back in the mode it found, also where the loader raises."""
    batches, help = draw_batches(rng), "Note each submodule's flag, and put them back in a `finally`."
    mixed = [bool(flag) for flag in rng.permutation([True, True, False, False])]
    for modes in ([True, *mixed], [False, *mixed], [True] * 5, [False] * 5):
        world = build(submission, draw(rng), STILL, modes=modes)
        submission.probe.call(world, "validate", batches)
        assert_modes(submission.probe.read(world), modes, help)
        assert_raises(RuntimeError, submission.probe.call, world, "validate", batches, form="broken")
        assert_modes(submission.probe.read(world), modes, help)
    assert_type(submission.probe.call(world, "train_epoch", batches), float)  # autograd is on again


@check("correctness", points=1, depends_on="test_losses")
def test_validation_keeps_gradients(submission, rng):
    """validate changes neither parameters nor gradients."""
    weights = draw(rng)
    stale = {name: rng.normal(size=value.shape) for name, value in weights.items()}
    world = build(submission, weights, secret_sgd(rng), stale=stale)
    submission.probe.call(world, "validate", draw_batches(rng))
    seen = submission.probe.read(world)
    for name, value in weights.items():
        assert_close(entry(entry(seen, "state"), name), value, tol=0.0, help="No step in validation.")
        assert_close(entry(entry(seen, "gradients"), name), stale[name], tol=0.0, help="No zero_grad in validation.")


@check("correctness", points=1, depends_on=("test_losses", "test_update"))
def test_history(submission, rng):
    """fit trains, then validates, in every epoch (ten where nothing is said), and notes both losses as floats;
    a frozen parameter stays."""
    weights, sgd, val = draw(rng), secret_sgd(rng), draw_batches(rng)
    train = val[:1]
    for named, epochs in (({"epochs": 1}, 1), ({"epochs": 3}, 3), ({}, 10)):
        world = build(submission, weights, sgd, frozen=["b1"])
        twin = Twin(weights, sgd, frozen=["b1"])
        history = submission.probe.call(world, "fit", train, val, **named)
        wanted = [(twin.train_epoch(train), twin.validate(val)) for _ in range(epochs)]
        for name, losses in zip(("train_loss", "val_loss"), zip(*wanted, strict=True), strict=True):
            assert_close(
                entry(history, name), np.array(losses), tol=LOSS, help="An epoch is train_epoch, then validate."
            )
            assert_type(entry(history, name), list)
            for loss in entry(history, name):
                assert_type(loss, float)
        assert_state(submission.probe.read(world), twin)


@check("correctness", points=1, depends_on=("test_losses", "test_update"))
def test_criterion_and_loaders(submission, rng):
    """Any callable serves as the criterion, and any iterable as a loader."""
    weights, sgd = draw(rng), secret_sgd(rng)
    batches = [(x.reshape(-1, 2, 2), rng.normal(size=(len(x), 5))) for x, _ in draw_batches(rng)[:1]]
    for form in ("own", "DataLoader"):
        world, twin = build(submission, weights, sgd, "squares"), Twin(weights, sgd)
        for method in METHODS:
            help = "Call criterion(model(x), y), whatever it is, and count what the loader gives."
            loss = submission.probe.call(world, method, batches, form=form)
            assert_close(loss, getattr(twin, method)(batches), tol=LOSS, help=help)


@check("correctness", points=1, depends_on=("test_losses", "test_update"))
def test_device(submission, rng):
    """Model, inputs and labels are moved to the device asked for; one that torch does not know raises."""
    x, y, weight = rng.normal(size=(5, 3)), rng.normal(size=5), rng.normal(size=3)
    factor, rate = rng.uniform(1.0, 2.0), rng.uniform(0.1, 0.3)
    error = factor * (x @ weight) - y
    help = "model.to(device) once, and x.to(device), y.to(device) for every batch."
    for method, moved in (("train_epoch", rate), ("validate", 0.0)):
        run = submission.probe.come_home
        loss, after = unpack(run(method, x, y, weight, factor, rate), 2, what="the loss and the weight")
        assert_close(loss, (error**2).mean(), tol=LOSS, help=help)
        assert_close(after, weight - moved * 2 * factor * (error @ x) / 5, help=help)
        assert_raises(Exception, run, method, x, y, weight, factor, rate, device="abacus", help="Hand `device` on.")


@check("errors", points=1, depends_on="test_losses")
def test_errors(submission, rng):
    """epochs < 1 and a loader without batches are ValueErrors."""
    weights, some, modes = draw(rng), draw_batches(rng), [True, False, True, False, True]
    for method, loaders in (("train_epoch", [[]]), ("validate", [[]]), ("fit", [[], some]), ("fit", [some, []])):
        for form in ("list", "own"):
            world = build(submission, weights, STILL, modes=modes)
            assert_raises(ValueError, submission.probe.call, world, method, *loaders, form=form)
            if method == "validate":
                assert_modes(submission.probe.read(world), modes, "Give the modes back where the call raises, too.")
    for epochs in (0, -int(rng.integers(1, 9))):
        world = build(submission, weights, secret_sgd(rng), modes=modes, stale=weights)
        assert_raises(ValueError, submission.probe.call, world, "fit", some, some, epochs=epochs)
        seen, help = submission.probe.read(world), "Check the number before anything is changed."
        assert_modes(seen, modes, help)
        for name, value in weights.items():
            assert_close(entry(entry(seen, "gradients"), name), value, help=help)


@check("contract", points=1, depends_on="test_losses", testimony=True)
def test_side_effects(submission, rng):
    """Batches stay as they are, nothing is printed, and torch's settings and generators are left alone."""
    train, val = ([(torch.tensor(x), torch.tensor(y)) for x, y in draw_batches(rng)] for _ in range(2))
    assert_unchanged(submission.probe.fit_on, draw(rng), secret_sgd(rng), train, val, epochs=3, draws=True)


def build(submission, weights, sgd, *args, **named):
    return submission.probe.World.keep(weights, sgd, *args, **named)


def assert_state(seen, twin, help=None):
    for name, expected in twin.arrays().items():
        assert_close(entry(entry(seen, "state"), name), expected, help=help)


def assert_modes(seen, modes, help):
    found = entry(seen, "modes")
    assert_true(
        np.array_equal(as_array(found), modes),
        "a submodule's mode has changed",
        returned=found,
        wanted=modes,
        help=help,
    )


def draw(rng, inputs=4, hidden=6, classes=5, normalised=False):
    """Weights of a network with one hidden layer."""
    shapes = {"w1": (hidden, inputs), "b1": hidden, "w2": (classes, hidden), "b2": classes}
    weights = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    if normalised:
        weights |= {"scale": rng.uniform(0.5, 1.5, size=hidden), "shift": rng.normal(size=hidden)}
        weights |= {"running_mean": rng.normal(size=hidden), "running_var": rng.uniform(1.0, 3.0, size=hidden)}
    return weights


def draw_batches(rng, sizes=(4, 4, 4)):
    return [(rng.normal(1.0, 2.0, size=(rows, 4)), rng.integers(0, 5, size=rows)) for rows in sizes]


def secret_sgd(rng):
    return {"lr": rng.uniform(0.05, 0.3), "momentum": rng.uniform(0.5, 0.9)}


def secret_watch(rng):
    """One level for each mode, with autograd off and on."""
    return rng.permutation([0.3, 0.7, 1.2, 1.9]) * rng.uniform(0.9, 1.1)


class Twin:
    """The same network written out, in float64."""

    def __init__(self, weights, sgd, watch=None, frozen=()):
        self.state = {name: torch.tensor(value) for name, value in weights.items()}
        self.trained = [value for name, value in self.state.items() if "running" not in name and name not in frozen]
        self.watch = [1.0] * 4 if watch is None else watch
        self.optimizer = torch.optim.SGD([value.requires_grad_() for value in self.trained], **sgd)

    def scores(self, x, training):
        state = self.state
        hidden = torch.tensor(x).transpose(1, -1).flatten(1) @ state["w1"].T + state["b1"]
        if "scale" in state:
            mean, var = state["running_mean"], state["running_var"]
            if training:
                unbiased = hidden.detach().var(0)
                state |= {"running_mean": 0.9 * mean + 0.1 * hidden.detach().mean(0)}
                state |= {"running_var": 0.9 * var + 0.1 * unbiased}
                mean, var = hidden.mean(0), hidden.var(0, unbiased=False)
            hidden = (hidden - mean) / torch.sqrt(var + 1e-5) * state["scale"] + state["shift"]
        level = self.watch[3 if training else 0]
        return (torch.tanh(hidden * level) @ state["w2"].T + state["b2"]) * level

    def losses(self, x, y, training):
        """One loss a sample."""
        scores, y = self.scores(x, training), torch.tensor(y)
        return ((scores - y) ** 2).mean(1) if y.ndim == 2 else functional.cross_entropy(scores, y, reduction="none")

    def train_epoch(self, batches):
        losses = []
        for x, y in batches:
            found = self.losses(x, y, training=True)
            self.optimizer.zero_grad()
            found.mean().backward()
            self.optimizer.step()
            losses.extend(found.tolist())
        return float(np.mean(losses))

    def validate(self, batches):
        return float(np.mean(np.concatenate([self.losses(x, y, False).detach().numpy() for x, y in batches])))

    def arrays(self):
        return {name: value.detach().numpy() for name, value in self.state.items()}
