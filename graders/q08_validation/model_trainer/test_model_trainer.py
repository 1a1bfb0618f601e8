"""ModelTrainer on small secret networks, against a second writing, and on a model with given validation losses."""

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
    attach_figure,
    check,
    curves,
    entry,
    unpack,
)

STILL = {"lr": 0.0}  # steps that move nothing
LOSS = 1e-5  # losses may be summed in float32
WEIGH = "The criterion averages over a batch: weigh its value by the batch's size, and divide by all samples."


@check("correctness", points=2)
def test_train_loss(submission, rng):
    """train_epoch returns the mean loss over all samples, whatever the sizes of the batches."""
    weights, batches = draw(rng), draw_batches(rng)
    loss = submission.probe.call(build(submission, weights, STILL), "train_epoch", batches)
    assert_close(loss, Twin(weights, STILL).train_epoch(batches), tol=LOSS, help=WEIGH)


@check("correctness", points=2)
def test_validation_loss(submission, rng):
    """validate returns the mean loss over all samples, whatever the sizes of the batches."""
    weights, batches = draw(rng), draw_batches(rng)
    loss = submission.probe.call(build(submission, weights, STILL), "validate", batches)
    assert_close(loss, Twin(weights, STILL).validate(batches), tol=LOSS, help=WEIGH)


@check("contract", points=1, depends_on=("test_train_loss", "test_validation_loss"))
def test_python_floats(submission, rng):
    """Both losses are Python floats."""
    world = build(submission, draw(rng), STILL)
    for method in ("train_epoch", "validate"):
        assert_type(submission.probe.call(world, method, draw_batches(rng)), float)


@check("gradient", points=2)
def test_update(submission, rng):
    """train_epoch makes one step for each batch, and its losses are those before each step."""
    weights, batches, sgd = draw(rng), draw_batches(rng, (5, 5, 5)), secret_sgd(rng)
    world, twin = build(submission, weights, sgd), Twin(weights, sgd)
    loss, wanted = submission.probe.call(world, "train_epoch", batches), twin.train_epoch(batches)
    help = "For each batch: zero_grad, forward, loss, backward, step. Keep the loss that backward is called on."
    assert_state(submission.probe.read(world), twin, help=help)
    assert_close(loss, wanted, tol=LOSS, help=help)


@check("correctness", points=2, depends_on="test_update")
def test_training_mode(submission, rng):
    """A model that comes in evaluation mode is trained in training mode: batch norm and a layer that knows show it."""
    weights, batches, sgd = draw(rng, normalised=True), draw_batches(rng), secret_sgd(rng)
    watch = secret_watch(rng)
    for modes in ([False] * 7, [True, True, True, False, False, True, True]):
        world, twin = build(submission, weights, sgd, watch=watch, modes=modes), Twin(weights, sgd, watch)
        submission.probe.call(world, "train_epoch", batches)
        twin.train_epoch(batches)
        assert_state(submission.probe.read(world), twin, help="Call model.train() in every train_epoch.")


@check("correctness", points=1, depends_on="test_update")
def test_leftover_gradients(submission, rng):
    """Gradients that were there before have no influence on the training."""
    weights, batches, sgd = draw(rng), draw_batches(rng), secret_sgd(rng)
    stale = {name: rng.normal(size=value.shape) for name, value in weights.items()}
    world, twin = build(submission, weights, sgd, stale=stale), Twin(weights, sgd)
    submission.probe.call(world, "train_epoch", batches)
    twin.train_epoch(batches)
    assert_state(submission.probe.read(world), twin, help="Clear the gradients before every backward.")


@check("correctness", points=2, depends_on="test_validation_loss")
def test_validation_mode(submission, rng):
    """validate runs in evaluation mode and without autograd, whatever modes it meets."""
    weights, batches, watch = draw(rng, normalised=True), draw_batches(rng), secret_watch(rng)
    wanted = Twin(weights, STILL, watch).validate(batches)
    for modes in ([True] * 7, [False] * 3 + [True] * 4):
        loss = submission.probe.call(build(submission, weights, STILL, watch=watch, modes=modes), "validate", batches)
        help = "eval() decides what layers compute, no_grad() whether a graph is built: validation needs both, always."
        assert_close(loss, wanted, tol=LOSS, help=help)


@check("correctness", points=2, depends_on="test_validation_loss")
def test_validation_changes_nothing(submission, rng):
    """validate changes neither parameters nor buffers nor gradients."""
    weights, batches = draw(rng, normalised=True), draw_batches(rng)
    stale = {name: rng.normal(size=value.shape) for name, value in weights.items() if "running" not in name}
    world = build(submission, weights, secret_sgd(rng), stale=stale)
    wanted = Twin(weights, STILL).validate(batches)
    assert_close(submission.probe.call(world, "validate", batches), wanted, tol=LOSS)
    seen = submission.probe.read(world)
    help = "No zero_grad, no backward, no step in validation, and batch norm in evaluation mode."
    for name, value in weights.items():
        assert_close(entry(entry(seen, "state"), name), value, tol=0.0, help=help)
    for name, value in stale.items():
        assert_close(entry(entry(seen, "gradients"), name), value, tol=0.0, help=help)


@check("contract", points=2, depends_on="test_validation_mode")
def test_modes_given_back(submission, rng):
    """validate gives every submodule back in the mode it found, also where the loader raises."""
    weights, batches, watch = draw(rng, normalised=True), draw_batches(rng), secret_watch(rng)
    mixed = [bool(flag) for flag in rng.permutation([True] * 3 + [False] * 3)]
    help = "Note each submodule's flag, and put them back in a `finally`."
    for modes in ([True, *mixed], [False, *mixed], [True] * 7, [False] * 7):
        world = build(submission, weights, STILL, watch=watch, modes=modes)
        submission.probe.call(world, "validate", batches)
        assert_modes(submission.probe.read(world), modes, help)
        assert_raises(RuntimeError, submission.probe.call, world, "validate", batches, form="broken")
        assert_modes(submission.probe.read(world), modes, help)
    assert_type(submission.probe.call(world, "train_epoch", batches), float)  # autograd is on again


@check("correctness", points=2, depends_on=("test_update", "test_validation_loss"))
def test_history(submission, rng):
    """fit trains, then validates, in every epoch, and notes both losses as floats."""
    weights, sgd, watch = draw(rng, normalised=True), secret_sgd(rng), secret_watch(rng)
    train, val = draw_batches(rng), draw_batches(rng)
    world, twin = build(submission, weights, sgd, watch=watch), Twin(weights, sgd, watch)
    history = submission.probe.call(world, "fit", train, val, epochs=3)
    wanted = [(twin.train_epoch(train), twin.validate(val)) for _ in range(3)]
    help = "An epoch is train_epoch, then validate: in their own modes, and with the loss of each appended."
    for name, losses in zip(("train_loss", "val_loss"), zip(*wanted, strict=True), strict=True):
        assert_close(entry(history, name), np.array(losses), tol=LOSS, help=help)
        assert_type(entry(history, name), list)
        for loss in entry(history, name):
            assert_type(loss, float)
    assert_state(submission.probe.read(world), twin, help=help)


@check("correctness", points=1, depends_on="test_update")
def test_without_patience(submission, rng):
    """Without patience all epochs are run, ten where nothing is said, and the last weights stay."""
    for arguments, epochs in (((), 10), ((4,), 4)):
        script = [1.0, *rng.uniform(2.0, 3.0, size=9)]
        assert_fit(submission, rng, script[:epochs], arguments, epochs, epochs, "The best weights are for patience.")


@check("correctness", points=3, depends_on="test_history")
def test_patience(submission, rng):
    """With patience=k it stops after k epochs in a row without a new best."""
    for script, patience, run, _ in scripts(rng):
        history, _, _ = fit(submission, rng, script, epochs=len(script), patience=patience)
        help = "A counter of epochs without a new best: back to 0 at every new best, and at k it is over."
        losses, wanted = entry(history, "val_loss"), np.array(script[:run])
        with attach_figure(curves("validation loss in each epoch", yours=losses, wanted=wanted)):
            assert_close(losses, wanted, tol=LOSS, help=help)
        assert_shape(entry(history, "train_loss"), (run,), help=help)


@check("correctness", points=3, depends_on="test_history")
def test_best_state(submission, rng):
    """With patience the model is left with the best epoch's weights and buffers, whether it stopped early or not."""
    help = "Copy the state (parameters and buffers) at every new best, and load the copy before you return."
    for script, patience, run, best in scripts(rng):
        assert_fit(submission, rng, script, (len(script), patience), run, best, help)


@check("correctness", points=1, depends_on=("test_patience", "test_best_state"))
def test_strictly_lower(submission, rng):
    """An equal loss is no new best; one that is lower by a hair is."""
    low = rng.uniform(1.0, 2.0)
    help = "The comparison is `<`, and with the best loss, not with the one before."
    assert_fit(submission, rng, [3.0, low, low, low, 0.5], (5, 2), 4, 2, help)
    assert_fit(submission, rng, [3.0, low, low * (1 - 1e-6), 4.0], (4, 3), 4, 3, help)
    assert_fit(submission, rng, [-1e6, -2e6, -1.5e6], (3, 2), 3, 2, help)
    assert_fit(submission, rng, [3e30, 2e30, 4e30], (3, 2), 3, 2, help)


@check("stability", points=2, depends_on=("test_patience", "test_best_state"))
def test_nan(submission, rng):
    """A validation loss of NaN is never a best, and a finite one after it can be."""
    high, low = rng.uniform(2.0, 3.0), rng.uniform(1.0, 2.0)
    help = "Start with infinity as the best loss and ask `loss < best`: false for NaN, true for a finite loss after it."
    assert_fit(submission, rng, [np.nan, high, low, np.nan, high], (5, 3), 5, 3, help)
    assert_fit(submission, rng, [high, np.nan, np.nan, low], (4, 2), 3, 1, help)
    assert_fit(submission, rng, [np.nan] * 4, (4, 3), 3, 3, help + " Without a best the last weights stay.")


@check("correctness", points=1, depends_on="test_best_state")
def test_fit_again(submission, rng):
    """A second call of fit has its own history and its own best; the optimiser goes on from where it is."""
    script = [rng.uniform(low, low + 0.9) for low in (1.0, 3.0, 4.0, 5.0)]
    world, (weight, rate, batches) = scripted(submission, rng, script)
    world.fit(epochs=1, patience=1)
    help = "Best loss, counter and history belong to one call of fit."
    assert_close(entry(world.fit(epochs=3, patience=2), "val_loss"), np.array(script[1:]), tol=LOSS, help=help)
    assert_scripted(world, weight, rate, batches, 2, help)
    weights, batches, sgd = draw(rng), draw_batches(rng), secret_sgd(rng)
    world, twin = build(submission, weights, sgd), Twin(weights, sgd)
    for _ in range(2):
        submission.probe.call(world, "fit", batches, batches, epochs=1, patience=1)
        twin.train_epoch(batches)
    assert_state(submission.probe.read(world), twin, help="Leave the optimiser's state alone: momentum lasts.")


@check("correctness", points=1, depends_on=("test_update", "test_validation_loss"))
def test_criterion_and_targets(submission, rng):
    """Any callable serves as the criterion, and inputs and targets may have any shape."""
    weights, sgd = draw(rng), secret_sgd(rng)
    batches = [(x.reshape(-1, 2, 2), rng.normal(size=(len(x), 5))) for x, _ in draw_batches(rng)]
    world, twin = build(submission, weights, sgd, "squares"), Twin(weights, sgd)
    for method in ("train_epoch", "validate"):
        help = "Call criterion(model(x), y), whatever it is, and count a batch's rows."
        assert_close(submission.probe.call(world, method, batches), getattr(twin, method)(batches), tol=LOSS, help=help)


@check("correctness", points=1, depends_on="test_history")
def test_any_loader(submission, rng):
    """A loader may be a DataLoader, or an object with nothing but __iter__. A frozen parameter stays."""
    weights, sgd, train, val = draw(rng), secret_sgd(rng), draw_batches(rng), draw_batches(rng)
    for form in ("own", "DataLoader"):
        world, twin = build(submission, weights, sgd, frozen=["w2"]), Twin(weights, sgd, frozen=["w2"])
        history = submission.probe.call(world, "fit", train, val, epochs=2, patience=2, form=form)
        wanted = [(twin.train_epoch(train), twin.validate(val)) for _ in range(2)]
        help = "Ask a loader neither for its length nor for its dataset: count what it gives. Thaw nothing."
        assert_close(entry(history, "val_loss"), np.array(wanted)[:, 1], tol=LOSS, help=help)


@check("correctness", points=1, depends_on=("test_train_loss", "test_validation_loss"))
def test_device(submission, rng):
    """Model, inputs and labels are moved to the device asked for; one that torch does not know raises."""
    x, y, weight = rng.normal(size=(5, 3)), rng.normal(size=5), rng.normal(size=3)
    factor, rate = rng.uniform(1.0, 2.0), rng.uniform(0.1, 0.3)
    error = factor * (x @ weight) - y
    run, help = submission.probe.come_home, "model.to(device) once, and x.to(device), y.to(device) for every batch."
    for method, moved in (("train_epoch", rate), ("validate", 0.0)):
        loss, after = unpack(run(method, x, y, weight, factor, rate), 2, what="the loss and the weight")
        assert_close(loss, (error**2).mean(), tol=LOSS, help=help)
        assert_close(after, weight - moved * 2 * factor * (error @ x) / 5, help=help)
        assert_raises(Exception, run, method, x, y, weight, factor, rate, device="abacus", help="Hand `device` on.")


@check("errors", points=1, depends_on="test_history")
def test_numbers_too_small(submission, rng):
    """epochs < 1 and patience < 1 are ValueErrors, raised before anything is changed."""
    less = -int(rng.integers(1, 9))
    for named in ({"epochs": 0}, {"epochs": less}, {"epochs": 2, "patience": 0}, {"epochs": 2, "patience": less}):
        weights, modes = draw(rng), [bool(flag) for flag in rng.permutation([True, True, False, False, False])]
        world = build(submission, weights, secret_sgd(rng), modes=modes, stale=weights)
        assert_raises(ValueError, submission.probe.call, world, "fit", draw_batches(rng), draw_batches(rng), **named)
        seen, help = submission.probe.read(world), "Check both numbers before the first epoch."
        for name, value in weights.items():
            assert_close(entry(entry(seen, "state"), name), value, help=help)
            assert_close(entry(entry(seen, "gradients"), name), value, help=help)
        assert_modes(seen, modes, help)


@check("errors", points=1, depends_on="test_history")
def test_empty_loaders(submission, rng):
    """A loader without batches is a ValueError in all three methods, and validate still gives the modes back."""
    weights, some, modes = draw(rng), draw_batches(rng), [True, False, True, False, True]
    for form in ("list", "own"):
        for method, loaders in (("train_epoch", [[]]), ("validate", [[]]), ("fit", [[], some]), ("fit", [some, []])):
            world = build(submission, weights, STILL, modes=modes)
            help = "Count the samples; if there were none, say so before you divide by their number."
            assert_raises(ValueError, submission.probe.call, world, method, *loaders, form=form, help=help)
            if method == "validate":
                assert_modes(submission.probe.read(world), modes, help)


@check("contract", points=1, depends_on="test_history", testimony=True)
def test_side_effects(submission, rng):
    """Batches stay as they are, nothing is printed, and torch's settings and generators are left alone."""
    train, val = ([(torch.tensor(x), torch.tensor(y)) for x, y in draw_batches(rng)] for _ in range(2))
    for named in ({"epochs": 3}, {"epochs": 3, "patience": 1}):
        assert_unchanged(submission.probe.fit_on, draw(rng), secret_sgd(rng), train, val, draws=True, **named)


def build(submission, weights, sgd, *args, **named):
    return submission.probe.World.keep(weights, sgd, *args, **named)


def scripts(rng):
    """Validation losses, patience, how many epochs are run, and which of them is the best."""
    a, b, c, d = np.sort(rng.uniform(1.0, 4.0, size=4)) + np.arange(4)  # well apart
    return [
        ([d, b, c, d, a], 2, 4, 2),  # stops
        ([d, c, d, b, c, d, d, a], 3, 7, 4),  # a new best sets the counter back
        ([b, c, a, d], 2, 4, 3),  # runs out of epochs, the best is not the last
        ([d, c, b, a], 1, 4, 4),  # better every time
        ([a, c, b, d, d], 2, 3, 1),  # better than the one before is not enough
        ([b, d], 1, 2, 1),
    ]


def scripted(submission, rng, script):
    weight, rate = rng.normal(size=3), rng.uniform(0.1, 0.5)
    batches = [rng.normal(size=(rows, 3)) for rows in (3, 2)]
    return submission.probe.Script.keep(weight, rate, batches, script), (weight, rate, batches)


def fit(submission, rng, script, **named):
    world, secrets = scripted(submission, rng, [float(loss) for loss in script])
    return world.fit(**named), world, secrets


def assert_fit(submission, rng, script, arguments, run, best, help):
    """`fit(*arguments)` runs that many epochs of the script and leaves the state after the best."""
    history, world, secrets = fit(submission, rng, script, **dict(zip(("epochs", "patience"), arguments, strict=False)))
    assert_close(entry(history, "val_loss"), np.array(script[:run]), tol=LOSS, help=help)
    assert_scripted(world, *secrets, best, help)


def assert_scripted(world, weight, rate, batches, epochs, help):
    """The scripted model is as after that many epochs: each batch moves the weight by its mean, times the rate."""
    state = world.read()
    moved = weight - epochs * rate * sum(x.mean(0) for x in batches)
    assert_close(entry(state, "weight"), moved, help=help)
    assert_close(entry(state, "seen"), epochs * len(batches), help=help)


def assert_state(seen, twin, help=None):
    for name, expected in twin.arrays().items():
        assert_close(entry(entry(seen, "state"), name), expected, help=help)


def assert_modes(seen, modes, help):
    found = entry(seen, "modes")
    assert_true(np.array_equal(as_array(found), modes), "a submodule's mode has changed", returned=found, help=help)


def draw(rng, inputs=4, hidden=6, classes=5, normalised=False):
    """Weights of a network with one hidden layer."""
    shapes = {"w1": (hidden, inputs), "b1": hidden, "w2": (classes, hidden), "b2": classes}
    weights = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    if normalised:
        weights |= {"scale": rng.uniform(0.5, 1.5, size=hidden), "shift": rng.normal(size=hidden)}
        weights |= {"running_mean": rng.normal(size=hidden), "running_var": rng.uniform(1.0, 3.0, size=hidden)}
    return weights


def draw_batches(rng, sizes=(7, 3, 5)):
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
        return torch.tanh(hidden * self.watch[3 if training else 0]) @ state["w2"].T + state["b2"]

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
