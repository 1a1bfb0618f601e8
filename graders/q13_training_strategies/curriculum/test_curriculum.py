"""Hidden grader of `curriculum`.

Each loader holds one secret number, and the training of an epoch tells it to the host, which makes up the loss on the
spot: so the host sees which loader was trained when, and no answer can know a loss without training.
"""

import numpy as np

from etude.grading import (
    assert_close,
    assert_raises,
    assert_true,
    assert_type,
    assert_unchanged,
    attach_figure,
    check,
    curves,
    entry,
    unpack,
)


class Training:
    """The host's part in the training of epochs: it hears what was trained, and makes up losses."""

    def __init__(self, rng):
        self.rng, self.seen, self.losses = rng, [], []

    def __call__(self, *what):
        self.seen.append(what[0] if len(what) == 1 else what)
        self.losses.append(float(self.rng.uniform(0.1, 3.0)))
        return self.losses[-1]

    def step(self):
        self.seen.append("step")

    def assert_seen(self, levels, epochs, help="The outer loop runs over the loaders, the inner one over the epochs."):
        assert_close(self.seen, np.repeat(levels, epochs), tol=1e-15, help=help)


def draw_levels(rng, count=4):
    """Secret contents of loaders, all different, in no order of size."""
    return (rng.permutation(count) + rng.uniform(0.2, 0.8, size=count)).tolist()


def column(history, key, count):
    """One value of each epoch's dict."""
    return [entry(epoch, key) for epoch in unpack(history, count, what=f"a list of {count} dicts")]


@check("contract", points=2)
def test_order(submission, rng):
    """Every loader is trained epochs_per_stage times before the next one's turn."""
    for count, epochs in [(3, 2), (4, 3), (1, 4), (5, 1)]:
        levels, training = draw_levels(rng, count), Training(rng)
        submission.probe.plain(training, levels, epochs_per_stage=epochs)
        training.assert_seen(levels, epochs)


@check("correctness", points=2, depends_on="test_order")
def test_losses(submission, rng):
    """The history has one dict an epoch, with the loss that train_epoch returned."""
    levels, training = draw_levels(rng), Training(rng)
    history = submission.probe.plain(training, levels, epochs_per_stage=3)
    help = "Call train_epoch once an epoch, keep what it returns, and append it to the history."
    losses = column(history, "loss", 12)
    with attach_figure(curves("loss in each epoch", yours=losses, wanted=training.losses)):
        assert_close(losses, training.losses, tol=1e-15, help=help)


@check("correctness", points=2, depends_on="test_order")
def test_counters(submission, rng):
    """`stage` and `epoch` count from 0; the epochs run on over all stages."""
    levels, training = draw_levels(rng), Training(rng)
    history = submission.probe.plain(training, levels, epochs_per_stage=3)
    help = "The stage stays for epochs_per_stage entries; the epoch is the number of entries before this one."
    assert_close(column(history, "stage", 12), np.repeat(np.arange(4), 3), help=help)
    assert_close(column(history, "epoch", 12), np.arange(12), help=help)


@check("correctness", points=2, depends_on="test_order")
def test_rate(submission, rng):
    """With one of torch's schedulers, `lr` is the rate that the epoch was trained with."""
    levels, training = draw_levels(rng), Training(rng)
    rate, gamma = rng.uniform(0.1, 1.0), rng.uniform(0.5, 0.9)
    history, _ = unpack(submission.probe.exponential(training, levels, rate, gamma, 2), 2)
    help = "Read get_last_lr()[0] before step(): afterwards it is the rate of the next epoch."
    rates, wanted = column(history, "lr", 8), rate * gamma ** np.arange(8)
    with attach_figure(curves("learning rate in each epoch", yours=rates, wanted=wanted)):
        assert_close(rates, wanted, tol=1e-12, help=help)


@check("correctness", points=2, depends_on="test_order")
def test_rates_used(submission, rng):
    """The optimiser's rate falls after every epoch, the last one included, and through all stages."""
    levels, training = draw_levels(rng, 3), Training(rng)
    rate, gamma = rng.uniform(0.1, 1.0), rng.uniform(0.5, 0.9)
    _, last = unpack(submission.probe.exponential(training, levels, rate, gamma, 3), 2)
    help = "Call scheduler.step() once after every epoch: neither before it, nor once a stage."
    rates = [what[1] for what in training.seen if isinstance(what, tuple)]
    assert_close([*rates, last], rate * gamma ** np.arange(10), tol=1e-12, help=help)


@check("correctness", points=1, depends_on=("test_order", "test_losses"))
def test_own_scheduler(submission, rng):
    """Any scheduler with `step()` and `get_last_lr()` will do; of several rates the first is noted."""
    levels, training = draw_levels(rng, 3), Training(rng)
    rates = rng.uniform(0.01, 1.0, size=(8, 3))
    history = submission.probe.announced(training, training.step, levels, rates.tolist(), 2)
    wanted = [event for level in np.repeat(levels, 2).tolist() for event in (level, "step")]
    help = "Train, then step, in every epoch; rely on nothing but step() and get_last_lr()."
    assert_true(training.seen == wanted, "epochs and steps do not alternate", returned=training.seen, help=help)
    assert_close(column(history, "lr", 6), rates[:6, 0], tol=1e-15, help="The rate is get_last_lr()[0].")


@check("contract", points=1, depends_on=("test_losses", "test_counters"))
def test_no_scheduler(submission, rng):
    """Without a scheduler `lr` is None."""
    levels, training = draw_levels(rng, 2), Training(rng)
    history = submission.probe.plain(training, levels, None, 2)
    rates = column(history, "lr", 4)
    help = "The key is there, with the value None: 0.0 would be a rate."
    assert_true(all(rate is None for rate in rates), "a rate without a scheduler", returned=rates, help=help)


@check("contract", points=1, depends_on="test_order")
def test_defaults(submission, rng):
    """Five epochs a stage, and no scheduler, where nothing is said."""
    levels, training = draw_levels(rng, 3), Training(rng)
    history = submission.probe.plain(training, levels)
    training.assert_seen(levels, 5)
    assert_close(column(history, "loss", 15), training.losses, tol=1e-15)


@check("contract", points=2, depends_on="test_order")
def test_any_iterable(submission, rng):
    """The loaders may come from a tuple, a generator, a map or a dict's values."""
    for kind in ("tuple", "generator", "map", "values"):
        levels, training = draw_levels(rng, 3), Training(rng)
        history = submission.probe.plain(training, levels, kind=kind, epochs_per_stage=2)
        help = "Go through `loaders` once, with a for loop: neither len() nor an index nor a second time."
        training.assert_seen(levels, 2, help=help)
        assert_close(column(history, "loss", 6), training.losses, tol=1e-15, help=help)


@check("correctness", points=1, depends_on=("test_order", "test_losses"))
def test_loader_itself(submission, rng):
    """train_epoch gets the loader itself, in every epoch: one that shuffles gives something else each time."""
    levels, training, step = draw_levels(rng, 3), Training(rng), rng.uniform(1e-4, 1e-3)
    numbers = rng.uniform(1, 2, size=3).tolist()
    submission.probe.reshuffled(training, levels, step, numbers, 4)
    pairs = [unpack(pair, 2) for pair in training.seen]
    values, found = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    assert_close(values, np.repeat(levels, 4), tol=0.02)
    help = "Pass the loader itself to train_epoch, not a list of its batches."
    assert_true(len(set(values)) == 12, "epochs of one stage saw the very same batches", help=help)
    assert_close(found, np.repeat(numbers, 4), tol=1e-15, help=help)


@check("contract", points=1, depends_on=("test_losses", "test_counters"))
def test_types(submission, rng):
    """The history is a list of dicts of Python ints and floats."""
    levels, training = draw_levels(rng, 2), Training(rng)
    history, _ = unpack(submission.probe.exponential(training, levels, 0.5, 0.5, 2), 2)
    assert_type(history, list)
    for name, kind in (("stage", int), ("epoch", int), ("loss", float), ("lr", float)):
        for value in column(history, name, 4):
            assert_type(value, kind, help="Keep numbers as numbers: no strings, no tensors.")


@check("correctness", points=1, depends_on="test_order")
def test_second_run(submission, rng):
    """A second call begins a history of its own, at stage 0 and epoch 0."""
    training = Training(rng)
    runs = unpack(submission.probe.two_runs(training, draw_levels(rng, 2), draw_levels(rng, 3), 2), 2)
    help = "Make the list inside the function; a default argument is made once, for all calls."
    for history, losses in zip(runs, (training.losses[:4], training.losses[4:]), strict=True):
        assert_close(column(history, "loss", len(losses)), losses, tol=1e-15, help=help)
        assert_close(column(history, "epoch", len(losses)), np.arange(len(losses)), help=help)


@check("errors", points=1, depends_on="test_order")
def test_empty_loader(submission, rng):
    """What train_epoch raises, as for an empty loader, reaches the caller, and training ends there."""
    levels, training = draw_levels(rng, 3), Training(rng)
    help = "Do not catch what train_epoch raises: a stage that was not trained must not pass for one that was."
    assert_raises(ValueError, submission.probe.empty_stage, training, levels, 2, 2, help=help)
    seen = list(training.seen)
    assert_raises(RuntimeError, submission.probe.failing, Training(rng), levels, levels[1], help=help)
    assert_raises(Exception, submission.probe.failing, Training(rng), levels, levels[1], "StopIteration", help=help)
    assert_true(seen in ([], np.repeat(levels[:2], 2).tolist()), "a later stage was trained", returned=seen, help=help)


@check("contract", points=1, testimony=True, depends_on="test_order")
def test_side_effects(submission, rng):
    """Nothing is printed, and torch's settings and generators are left alone."""
    assert_unchanged(submission.probe.plain, Training(rng), draw_levels(rng, 2), epochs_per_stage=2)
