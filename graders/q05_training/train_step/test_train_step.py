"""train_step on small networks whose weights, batches and optimisers are drawn in secret, against a second writing."""

import numpy as np
import torch
from torch.nn import functional

from etude.grading import assert_close, assert_type, assert_unchanged, check, entry, unpack

STILL = {"lr": 0.0}  # a step that moves nothing


@check("correctness", points=2)
def test_loss(submission, rng):
    """The loss is the mean cross-entropy of the raw scores."""
    weights, batches = draw(rng)
    returned = submission.probe.train(weights, batches, STILL)
    assert_losses(
        returned,
        oracle(weights, batches, STILL),
        help="functional.cross_entropy(scores, labels): raw scores, no softmax before it, the mean over the batch.",
    )


@check("contract", points=1, depends_on="test_loss")
def test_python_float(submission, rng):
    """What comes back is a Python float."""
    weights, batches = draw(rng)
    losses = entry(submission.probe.train(weights, batches, STILL), "losses")
    for loss in unpack(losses, len(batches), what="one loss a batch"):
        assert_type(loss, float)


@check("gradient", points=2)
def test_update(submission, rng):
    """The optimiser makes one step a batch along the gradient of the mean loss."""
    weights, batches = draw(rng)
    sgd = secret_sgd(rng)
    assert_parameters(
        submission.probe.train(weights, batches, sgd),
        oracle(weights, batches, sgd),
        help="zero_grad, forward, loss, backward, step: each once, in this order.",
    )


@check("correctness", points=2, depends_on="test_loss")
def test_loss_before_update(submission, rng):
    """The loss returned is the one before the update."""
    weights, batches = draw(rng)
    sgd = {"lr": rng.uniform(1.0, 2.0)}
    assert_losses(
        submission.probe.train(weights, batches[:1], sgd),
        oracle(weights, batches[:1], sgd),
        help="Keep the loss that backward was called on: do not compute it again after step().",
    )


@check("correctness", points=2, depends_on="test_update")
def test_training_mode(submission, rng):
    """A model that comes in evaluation mode is trained in training mode: batch norm and dropout show it."""
    weights, batches = draw(rng, normalised=True)
    mask, sgd = secret_mask(rng), secret_sgd(rng)
    returned = submission.probe.train(weights, batches, sgd, moded=mask)
    wanted = oracle(weights, batches, sgd, mask=mask)
    help = "Call model.train() before the forward pass: somebody may have validated in between."
    assert_parameters(returned, wanted, help=help)
    buffers = entry(returned, "buffers")
    for name in ("running_mean", "running_var"):
        assert_close(entry(buffers, name), wanted[name], help=help)


@check("contract", points=1, depends_on="test_training_mode")
def test_left_in_training_mode(submission, rng):
    """The model is left in training mode: what it gives afterwards shows it."""
    weights, batches = draw(rng, normalised=True)
    mask, sgd = secret_mask(rng), secret_sgd(rng)
    after = batches[-1][0]
    returned = submission.probe.train(weights, batches[:-1], sgd, moded=mask, after=after)
    parameters = oracle(weights, batches[:-1], sgd, mask=mask)["parameters"]
    assert_close(
        entry(returned, "after"),
        forward({name: torch.tensor(value) for name, value in parameters.items()}, after, mask)[0].numpy(),
        help="Neither call model.eval() in the end nor put back the mode that you found.",
    )


@check("correctness", points=2, depends_on="test_update")
def test_leftover_gradients(submission, rng):
    """Gradients that were there before have no influence."""
    weights, batches = draw(rng)
    sgd = secret_sgd(rng)
    stale = {name: rng.normal(size=value.shape) for name, value in weights.items()}
    assert_parameters(
        submission.probe.train(weights, batches, sgd, stale=stale),
        oracle(weights, batches, sgd),
        help="backward adds to .grad. Call optimizer.zero_grad() before it, in every step, the first included.",
    )


@check("correctness", points=2, depends_on="test_loss")
def test_one_forward(submission, rng):
    """The model runs forward once a step: a layer that changes with every pass shows it."""
    weights, batches = draw(rng)
    level, fading = rng.uniform(1.0, 2.0), rng.uniform(0.4, 0.6)
    returned = submission.probe.train(weights, batches, STILL, tired=(level, fading))
    help = "Call model(x_batch) once, and use its scores for the update and for the loss you return."
    assert_losses(returned, oracle(weights, batches, STILL, level=level, fading=fading), help=help)
    assert_close(entry(entry(returned, "buffers"), "level"), level * fading ** len(batches), help=help)


@check("correctness", points=1, depends_on="test_update")
def test_some_parameters(submission, rng):
    """Parameters that the optimiser does not hold, or that do not require gradients, stay; the others move."""
    weights, batches = draw(rng)
    sgd = secret_sgd(rng)
    for held, frozen in ((["b1", "w2"], []), (["w1", "b1"], ["w2", "b2"]), (["w1", "b1", "w2"], ["w1"])):
        assert_parameters(
            submission.probe.train(weights, batches, sgd, held=held, frozen=frozen),
            oracle(weights, batches, sgd, held=[name for name in held if name not in frozen]),
            help="Leave the choice of what moves to the optimiser.",
        )


@check("stability", points=1, depends_on=("test_loss", "test_update"))
def test_large_scores(submission, rng):
    """Scores of ±10,000 give a finite loss and a finite step."""
    weights, batches = draw(rng)
    weights["w2"] *= 1e4 / np.abs(weights["w2"]).max()
    help = "Take the logarithm of the softmax in one go (cross_entropy does), not the log of a probability that is 0."
    for sgd, assert_equal in ((STILL, assert_losses), ({"lr": rng.uniform(0.1, 0.3)}, assert_parameters)):
        returned = submission.probe.train(weights, batches[:1], sgd)
        assert_equal(returned, oracle(weights, batches[:1], sgd), help=help)


@check("correctness", points=1, depends_on=("test_loss", "test_update"))
def test_small_batch_of_images(submission, rng):
    """A single float32 image works like a batch of many rows."""
    weights, _ = draw(rng, inputs=12)
    weights = {name: value.astype(np.float32) for name, value in weights.items()}
    batches = [(rng.normal(size=(1, 3, 2, 2)).astype(np.float32), rng.integers(0, 5, size=1))]
    sgd = secret_sgd(rng)
    assert_losses(submission.probe.train(weights, batches, STILL), oracle(weights, batches, STILL), tol=1e-5)
    assert_parameters(submission.probe.train(weights, batches, sgd), oracle(weights, batches, sgd), dtype="float32")


@check("correctness", points=1, depends_on="test_update")
def test_batch_used_again(submission, rng):
    """A batch may be used again: neither inputs nor labels are changed, or tracked by autograd."""
    weights, batches = draw(rng)
    sgd = secret_sgd(rng)
    twice = [batch for batch in batches for _ in range(2)]
    returned = submission.probe.train(weights, batches, sgd, again=2)
    help = "x_batch and y_batch belong to the caller: neither write into them nor set their requires_grad."
    assert_parameters(returned, oracle(weights, twice, sgd), help=help)
    assert_close(entry(returned, "tracked"), [0.0] * len(batches), help=help)


@check("contract", points=1, testimony=True)
def test_side_effects(submission, rng):
    """The batch is as before, nothing is printed, and torch's settings and generators are left alone."""
    weights, ((x, y), *_) = draw(rng)
    x, y = torch.tensor(x), torch.tensor(y)
    assert_unchanged(submission.probe.step_on, weights, secret_sgd(rng), x, y, draws=True)


def assert_losses(returned, wanted, tol=1e-10, help=None):
    losses = unpack(entry(returned, "losses"), len(wanted["losses"]), what="one loss a call")
    for loss, expected in zip(losses, wanted["losses"], strict=True):
        assert_close(loss, expected, tol=tol, help=help)


def assert_parameters(returned, wanted, dtype="float64", help=None):
    parameters = entry(returned, "parameters")
    for name, expected in wanted["parameters"].items():
        assert_close(entry(parameters, name), expected, dtype=dtype, help=help)


def draw(rng, inputs=4, hidden=6, classes=5, normalised=False):
    """Weights of a network with one hidden layer, and three batches of different sizes."""
    weights = {
        "w1": rng.normal(size=(hidden, inputs)),
        "b1": rng.normal(size=hidden),
        "w2": rng.normal(size=(classes, hidden)),
        "b2": rng.normal(size=classes),
    }
    if normalised:
        weights |= {"scale": rng.uniform(0.5, 1.5, size=hidden), "shift": rng.normal(size=hidden)}
    return weights, [
        (rng.normal(1.0, 2.0, size=(rows, inputs)), rng.integers(0, classes, size=rows)) for rows in (7, 3, 5)
    ]


def secret_sgd(rng):
    return {"lr": rng.uniform(0.05, 0.3), "momentum": rng.uniform(0.5, 0.9)}


def secret_mask(rng):
    return rng.uniform(0.2, 2.0, size=6)


def forward(parameters, x, mask=None, level=None):
    """Scores, and what batch norm saw: the batch's mean and unbiased variance."""
    hidden = torch.tensor(np.asarray(x, np.float64)).transpose(1, -1).flatten(1) @ parameters["w1"].T + parameters["b1"]
    seen = None
    if mask is not None:
        seen = hidden.detach().mean(0).numpy(), hidden.detach().var(0).numpy()
        spread = torch.sqrt(hidden.var(0, unbiased=False) + 1e-5)
        normal = (hidden - hidden.mean(0)) / spread
        hidden = (normal * parameters["scale"] + parameters["shift"]) * torch.tensor(mask)
    if level is not None:
        hidden = hidden * level
    return torch.tanh(hidden) @ parameters["w2"].T + parameters["b2"], seen


def oracle(weights, batches, sgd, mask=None, level=None, fading=1.0, held=None):
    """The same steps with the network written out, in float64."""
    held = list(weights) if held is None else held
    parameters = {name: torch.tensor(value.astype(np.float64)) for name, value in weights.items()}
    for name in held:
        parameters[name].requires_grad_(True)
    optimizer = torch.optim.SGD([parameters[name] for name in held], **sgd)
    running_mean, running_var, losses = 0.0, 1.0, []
    for x, y in batches:
        scores, seen = forward(parameters, x, mask, level)
        if seen is not None:
            running_mean, running_var = 0.9 * running_mean + 0.1 * seen[0], 0.9 * running_var + 0.1 * seen[1]
        level = None if level is None else level * fading
        loss = functional.cross_entropy(scores, torch.tensor(y))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return {
        "losses": losses,
        "parameters": {name: value.detach().numpy().copy() for name, value in parameters.items()},
        "running_mean": running_mean,
        "running_var": running_var,
    }
