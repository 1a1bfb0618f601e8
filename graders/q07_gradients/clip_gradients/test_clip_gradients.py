"""Secret gradients, clipped and compared with float64 formulas; a small network's steps against a second writing."""

import numpy as np
import torch
from torch.nn import functional

from etude.grading import (
    as_array,
    assert_close,
    assert_raises,
    assert_rules,
    assert_true,
    assert_type,
    assert_unchanged,
    check,
    entry,
    unpack,
)

SHAPES = [(3, 4), (), (5,), (2, 3, 2)]


@check("correctness", points=2)
def test_norm(submission, rng):
    """The joint L2 norm of all gradients before clipping comes back, whether they are clipped or not."""
    for limit in (50.0, 0.1):
        gradients = draw(rng, norm=rng.uniform(3, 9))
        returned = submission.probe.clip(values(rng), gradients, limit)
        help = "All gradients together are one long vector: the root of the sum of all squares, taken before scaling."
        assert_close(entry(returned, "norm"), norm_of(gradients), help=help)


@check("contract", points=1, depends_on="test_norm")
def test_python_float(submission, rng):
    """The norm is a Python float."""
    returned = submission.probe.clip(values(rng), draw(rng, norm=rng.uniform(3, 9)), 1.0)
    assert_type(entry(returned, "norm"), float, help="tensor.item() gives a Python float.")


@check("correctness", points=3)
def test_clipped(submission, rng):
    """A larger norm is brought down to `max_norm`, all gradients by one factor; the parameters stay."""
    for norm, limit in ((rng.uniform(3, 9), rng.uniform(0.5, 2.5)), (rng.uniform(0.05, 0.5), 0.01)):
        gradients, parameters = draw(rng, norm=norm), values(rng)
        returned = submission.probe.clip(parameters, gradients, limit)
        assert_clipped(returned, "gradients", gradients, limit)
        for actual, before in zip(arrays(returned, "parameters"), parameters, strict=True):
            assert_close(actual, before, tol=0, help="Only the gradients are scaled.")


@check("contract", points=2, depends_on="test_clipped")
def test_in_place(submission, rng):
    """The gradients are scaled in place: the tensors that were there before hold the clipped values."""
    gradients = draw(rng, norm=rng.uniform(3, 9))
    returned = submission.probe.clip(values(rng), gradients, 1.0)
    help = "parameter.grad = … puts another tensor there. Multiply the one that is there, with mul_."
    assert_clipped(returned, "same", gradients, 1.0, help=help)


@check("correctness", points=2, depends_on="test_clipped")
def test_never_up(submission, rng):
    """A norm below `max_norm` leaves the gradients as they are, bit for bit, however near it is."""
    for share in (rng.uniform(0.1, 0.9), 1 - 2e-5):
        limit = rng.uniform(1.0, 3.0)
        gradients = draw(rng, norm=limit * share)
        returned = submission.probe.clip(values(rng), gradients, limit)
        for actual, before in zip(arrays(returned, "gradients"), gradients, strict=True):
            assert_close(actual, before, tol=0, help="The factor is never above 1, and nothing is done where it is 1.")


@check("correctness", points=1, depends_on=("test_norm", "test_clipped"))
def test_generator(submission, rng):
    """A generator of parameters works like a list."""
    gradients = draw(rng, norm=rng.uniform(3, 9))
    returned = submission.probe.clip(values(rng), gradients, 1.0, lazily=True)
    help = "A generator can be walked through once: collect the gradients in a list first."
    assert_close(entry(returned, "norm"), norm_of(gradients), help=help)
    assert_clipped(returned, "gradients", gradients, 1.0, help=help)


@check("correctness", points=1, depends_on=("test_norm", "test_clipped"))
def test_without_gradient(submission, rng):
    """Parameters without a gradient are skipped, and stay without one; what has a gradient counts, frozen or not."""
    gradients = draw(rng, norm=rng.uniform(3, 9))
    for position in rng.choice(len(SHAPES), size=2, replace=False):
        gradients[position] = None
    returned = submission.probe.clip(values(rng), gradients, 0.2)
    help = "Skip parameters whose .grad is None."
    assert_close(entry(returned, "norm"), norm_of(gradients), help=help)
    assert_clipped(returned, "gradients", gradients, 0.2, help=help)
    returned = submission.probe.clip(values(rng), gradients, 0.2, frozen=True)
    help = "Ask for the gradient itself (.grad), not for requires_grad."
    assert_close(entry(returned, "norm"), norm_of(gradients), help=help)
    assert_clipped(returned, "gradients", gradients, 0.2, help=help)


@check("contract", points=1, depends_on="test_clipped")
def test_float32(submission, rng):
    """float32 gradients stay float32."""
    gradients = [gradient.astype(np.float32) for gradient in draw(rng, norm=rng.uniform(3, 9))]
    returned = submission.probe.clip([value.astype(np.float32) for value in values(rng)], gradients, 1.0)
    assert_close(entry(returned, "norm"), norm_of(gradients), tol=1e-5)
    assert_clipped(returned, "gradients", gradients, 1.0, dtype="float32", tol=1e-5)


@check("stability", points=2, depends_on=("test_norm", "test_clipped"))
def test_nothing_to_clip(submission, rng):
    """Gradients that are all zero give 0.0 and stay zero; no gradients, or no parameters, give 0.0."""
    zeros = [np.zeros(shape) for shape in SHAPES]
    returned = submission.probe.clip(values(rng), zeros, 1.0)
    help = "Do not divide by a norm of zero."
    assert_close(entry(returned, "norm"), 0.0, tol=0, help=help)
    for actual, before in zip(arrays(returned, "gradients"), zeros, strict=True):
        assert_close(actual, before, tol=0, help=help)
    for parameters in (values(rng), []):
        returned = submission.probe.clip(parameters, [None] * len(parameters), 1.0)
        help = "Without gradients there is nothing to stack: return 0.0, a float."
        assert_type(entry(returned, "norm"), float, help=help)
        assert_close(entry(returned, "norm"), 0.0, tol=0, help=help)


@check("errors", points=2, depends_on="test_clipped")
def test_not_finite(submission, rng):
    """NaN or infinity in any gradient raises RuntimeError, and leaves every gradient untouched."""
    for bad in (np.nan, np.inf, -np.inf):
        gradients = draw(rng, norm=rng.uniform(3, 9))
        spoilt = gradients[int(rng.choice([0, 2, 3]))]
        spoilt.flat[int(rng.integers(spoilt.size))] = bad
        help = f"A gradient holds {bad}. Look at the norm before you scale: NaN compares as false with everything."
        assert_raises(RuntimeError, submission.probe.clip, values(rng), gradients, 1.0, help=help)
        assert_untouched(submission, gradients)


@check("errors", points=1, depends_on="test_clipped")
def test_max_norm(submission, rng):
    """`max_norm` of zero or less raises ValueError, and leaves every gradient untouched."""
    for limit in (0.0, 0, -rng.uniform(0.1, 2.0)):
        gradients = draw(rng, norm=rng.uniform(3, 9))
        help = "Compare with max_norm <= 0 before anything else."
        assert_raises(ValueError, submission.probe.clip, values(rng), gradients, limit, help=help)
        assert_untouched(submission, gradients)
        assert_raises(ValueError, submission.probe.clip, values(rng), [None] * len(SHAPES), limit, help=help)


@check("correctness", points=1)
def test_loss(submission, rng):
    """The training step returns the mean cross-entropy before the update, as a Python float."""
    weights, batches = network(rng)
    returned = submission.probe.train(weights, batches, {"lr": rng.uniform(1.0, 2.0)}, 30.0)
    losses = unpack(entry(returned, "losses"), len(batches), what="one loss a step")
    help = "functional.cross_entropy of the raw scores; keep the loss that backward was called on, as a Python float."
    wanted = oracle(weights, batches[:1], {"lr": 0.0}, 30.0)["losses"][0]
    assert_type(losses[0], float, help=help)
    assert_close(losses[0], wanted, help=help)


@check("gradient", points=2)
def test_plain_update(submission, rng):
    """Where the gradients are small, the step is the optimiser's own."""
    weights, batches = network(rng)
    help = "zero_grad, forward, loss, backward, clip, step: each once, in this order."
    assert_steps(submission, weights, batches, secret_sgd(rng), 1e6, help=help)


@check("gradient", points=2, depends_on="test_plain_update")
def test_clipped_update(submission, rng):
    """Where they are large, the step is made with the clipped gradients: one norm for all, however they are grouped."""
    weights, batches = network(rng)
    for limit, groups in ((rng.uniform(0.1, 0.3), False), (rng.uniform(0.02, 0.05), True)):
        help = "Clip all of the model's parameters together, after backward and before step, to max_grad_norm."
        assert_steps(submission, weights, batches, secret_sgd(rng), limit, help=help, groups=groups)


@check("contract", points=1, depends_on="test_plain_update")
def test_default_limit(submission, rng):
    """Left out, `max_grad_norm` is 1."""
    weights, batches = network(rng)
    weights["w2"] *= 6
    assert_steps(submission, weights, [(6 * x, y) for x, y in batches], secret_sgd(rng), None)


@check("correctness", points=1, depends_on="test_plain_update")
def test_leftover_gradients(submission, rng):
    """Gradients that were there before have no influence on the step."""
    weights, batches = network(rng)
    stale = {name: rng.normal(size=value.shape) for name, value in weights.items()}
    help = "backward adds to .grad: call optimizer.zero_grad() before it, in the first step too."
    assert_steps(submission, weights, batches, secret_sgd(rng), 0.3, help=help, stale=stale)


@check("correctness", points=2, depends_on="test_plain_update")
def test_training_mode(submission, rng):
    """Whatever modes the layers come in, all are trained in training mode, with one forward pass a step."""
    weights, batches = network(rng, normalised=True)
    help = "Call model.train() first, in any case, and the model once."
    mask = rng.uniform(0.5, 2.0, size=6)
    for root in (False, True):
        sgd = secret_sgd(rng)
        wanted = assert_steps(submission, weights, batches, sgd, 0.3, help=help, mask=mask, root=root)
        buffers = entry(wanted["returned"], "buffers")
        for name in ("running_mean", "running_var"):
            assert_close(entry(buffers, name), wanted[name], tol=1e-6, help=help)


@check("correctness", points=1, depends_on="test_plain_update")
def test_frozen(submission, rng):
    """Parameters that do not require gradients stay, whatever their old gradients; the others are clipped alone."""
    weights, batches = network(rng)
    for frozen, names in ((["w1", "b1"], []), (["w2"], weights)):
        stale = {name: rng.normal(size=weights[name].shape) for name in names}
        help = "Leave requires_grad as it is, and clear the gradients of all the model's parameters."
        assert_steps(submission, weights, batches, secret_sgd(rng), 0.1, help=help, frozen=frozen, stale=stale)


@check("errors", points=1, depends_on="test_plain_update")
def test_diverged(submission, rng):
    """A gradient that is not finite raises RuntimeError, and the parameters stay as they were."""
    for bad in (np.nan, np.inf):
        weights, [(x, y), *_] = network(rng)
        x[int(rng.integers(len(x)))] = bad
        help = "Let the exception of clip_grad_norm pass, so that step() is never reached."
        assert_raises(RuntimeError, submission.probe.train, weights, [(x, y)], secret_sgd(rng), 1.0, help=help)
        parameters = submission.probe.trained()
        for name, value in weights.items():
            assert_close(entry(parameters, name), value, tol=0, help=help)


@check("contract", points=1, testimony=True)
def test_side_effects(submission, rng):
    """The batch is as before, nothing is printed, and torch's settings and generators are left alone."""
    weights, [(x, y), *_] = network(rng)
    assert_unchanged(submission.probe.step_on, weights, secret_sgd(rng), torch.tensor(x), torch.tensor(y), draws=True)
    wants = submission.probe.wants_gradient()
    assert_true(wants is False, "x_batch requires gradients now", help="The batch is the caller's: leave it alone.")
    seen = submission.probe.clip.observe(values(rng), draw(rng, norm=3.0), 1.0, draws=True)
    assert_true(not seen.settings, "the call changed " + ", ".join(seen.settings))
    assert_true(not seen.printed, "the call printed something", returned=seen.printed[:100])


@check("rules", points=1)
def test_rules(submission, rng):
    """The library's own clipping is not used."""
    weights, batches = network(rng)
    gradients = draw(rng, norm=3.0)

    def run(watched):
        watched.probe.clip(values(rng), gradients, 1.0)
        watched.probe.train(weights, batches, {"lr": 0.1}, 0.1)

    assert_rules(submission, run=run)


def draw(rng, norm):
    """Gradients of all the shapes with that joint norm, none of them negligible."""
    gradients = [rng.uniform(0.5, 1.5, size=shape) * rng.choice([-1.0, 1.0], size=shape) for shape in SHAPES]
    return [np.asarray(gradient * (norm / norm_of(gradients))) for gradient in gradients]


def values(rng):
    return [np.asarray(rng.normal(size=shape)) for shape in SHAPES]


def norm_of(gradients):
    return float(np.sqrt(sum(np.sum(np.square(g, dtype=np.float64)) for g in gradients if g is not None)))


def arrays(returned, key):
    """As many as there were parameters; the parts are accepted one by one."""
    return unpack(entry(returned, key), len(SHAPES))


def assert_clipped(returned, key, gradients, limit, dtype="float64", tol=1e-10, help=None):
    """Every gradient times one of the two factors."""
    found, norm = arrays(returned, key), norm_of(gradients)
    factors = [limit / norm, limit / (norm + 1e-6)]
    known = [i for i, gradient in enumerate(gradients) if gradient is not None]
    first = as_array(found[known[0]])  # says which of the factors was chosen
    errors = [np.abs(np.nan_to_num(first.sum() - factor * gradients[known[0]].sum())) for factor in factors]
    factor = factors[int(np.argmin(errors))]
    for i, (actual, before) in enumerate(zip(found, gradients, strict=True)):
        if i not in known:
            assert_true(actual is None, "a gradient appeared where there was none", returned=actual, help=help)
            continue
        wanted = before.astype(np.float64) * factor
        help = help or f"Every gradient times max_norm / norm, which is {factor:.6g} here."
        assert_close(actual, wanted, dtype=dtype, tol=tol, small=True, help=help)


def assert_untouched(submission, gradients):
    after = submission.probe.clipped()
    for key in ("gradients", "same"):
        for actual, before in zip(arrays(after, key), gradients, strict=True):
            assert_close(actual, before, tol=0, help="Raise before anything is scaled.")


def network(rng, normalised=False):
    """Weights (w1, b1, w2, b2, with batch norm also scale and shift), and three batches of different sizes."""
    shapes = {"w1": (6, 4), "b1": (6,), "w2": (5, 6), "b2": (5,)} | (
        {"scale": (6,), "shift": (6,)} if normalised else {}
    )
    weights = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    batches = [(rng.normal(size=(n, 4)), rng.integers(0, 5, size=n)) for n in (7, 5, 9)]
    return weights, batches


def secret_sgd(rng):
    return {"lr": rng.uniform(0.3, 0.6), "momentum": rng.uniform(0.3, 0.6)}


def assert_steps(submission, weights, batches, sgd, limit, help=None, **options):
    """The parameters after a step on each batch; to 1e-6, so that either factor will do."""
    returned = submission.probe.train(weights, batches, sgd, limit, **options)
    options = {name: value for name, value in options.items() if name in ("mask", "frozen")}
    wanted = oracle(weights, batches, sgd, 1.0 if limit is None else limit, **options)
    parameters = entry(returned, "parameters")
    for name, value in wanted["parameters"].items():
        assert_close(entry(parameters, name), value, dtype="float64", tol=1e-5, help=help)
    return wanted | {"returned": returned}


def oracle(weights, batches, sgd, limit, mask=None, frozen=()):
    """The same steps with the network written out, in float64, and torch's own clipping."""
    weights = {name: torch.tensor(value, requires_grad=name not in frozen) for name, value in weights.items()}
    moving = [weight for weight in weights.values() if weight.requires_grad]
    optimizer = torch.optim.SGD(moving, **sgd)
    losses, running_mean, running_var = [], torch.zeros(6), torch.ones(6)
    for x, y in batches:
        hidden = torch.tensor(x) @ weights["w1"].T + weights["b1"]
        if mask is not None:
            running_mean = 0.9 * running_mean + 0.1 * hidden.detach().mean(0)
            running_var = 0.9 * running_var + 0.1 * hidden.detach().var(0)
            hidden = functional.batch_norm(hidden, None, None, weights["scale"], weights["shift"], training=True)
            hidden = hidden * torch.tensor(mask)
        loss = functional.cross_entropy(torch.tanh(hidden) @ weights["w2"].T + weights["b2"], torch.tensor(y))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(moving, limit)
        optimizer.step()
        losses.append(loss.item())
    parameters = {name: weight.detach().numpy() for name, weight in weights.items()}
    return {"losses": losses, "parameters": parameters, "running_mean": running_mean, "running_var": running_var}
