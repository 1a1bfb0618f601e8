"""SGD, RMSprop and Adam against torch.optim, on gradients and parameters that nobody knows beforehand."""

import numpy as np
import torch

from etude.grading import (
    as_array,
    assert_close,
    assert_raises,
    assert_rules,
    assert_true,
    assert_unchanged,
    check,
    unpack,
)

SHAPES = ((), (2, 3), (2, 1, 2))
FEW = ((), (2, 3))


@check("correctness", points=1)
def test_sgd(submission, rng):
    """Without momentum, 50 steps of SGD equal torch's."""
    follow(submission, rng, "SGD", {"lr": rate(rng)}, help="p -= lr * p.grad, under torch.no_grad().")


@check("correctness", points=2)
def test_momentum(submission, rng):
    """With momentum, 50 steps of SGD equal torch's."""
    follow(
        submission,
        rng,
        "SGD",
        {"lr": rate(rng), "momentum": rng.uniform(0.6, 0.95)},
        help="buf = momentum * buf + g, starting from nothing; then p -= lr * buf. The gradient is not scaled by "
        "(1 - momentum), and there is no look-ahead.",
    )


@check("correctness", points=2)
def test_rmsprop(submission, rng):
    """50 steps of RMSprop equal torch's, with the rate and the alpha given."""
    follow(
        submission,
        rng,
        "RMSprop",
        {"lr": rate(rng), "alpha": rng.uniform(0.3, 0.45)},
        help="avg = alpha * avg + (1 - alpha) * g**2, then p -= lr * g / (sqrt(avg) + eps).",
    )


@check("correctness", points=3)
def test_adam(submission, rng):
    """50 steps of Adam equal torch's, with the rate and the betas given."""
    follow(
        submission,
        rng,
        "Adam",
        {"lr": rate(rng), "betas": (rng.uniform(0.3, 0.45), rng.uniform(0.35, 0.48))},
        help="Divide the mean by 1 - beta1**t and the mean square by 1 - beta2**t; t is 1 in the first step and grows "
        "once a step, not once a parameter.",
    )


@check("contract", points=1, depends_on="test_sgd")
def test_signature(submission, rng):
    """What is left out takes the default of torch's class, and arguments may be given by position."""
    for kind, args, meant in (
        ("SGD", (0.03,), {"lr": 0.03, "momentum": 0.0}),
        ("SGD", (0.03, 0.8), {"lr": 0.03, "momentum": 0.8}),
        ("RMSprop", (), {"lr": 0.01, "alpha": 0.99, "eps": 1e-8}),
        ("RMSprop", (0.02, 0.85, 1e-4), {"lr": 0.02, "alpha": 0.85, "eps": 1e-4}),
        ("Adam", (), {"lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-8}),
        ("Adam", (0.02, (0.8, 0.9), 1e-4), {"lr": 0.02, "betas": (0.8, 0.9), "eps": 1e-4}),
    ):
        values, grads = draw(rng, 4, shapes=FEW)
        if kind != "SGD":  # so small that eps counts
            grads = [1e-6 * grad for grad in grads]
        wanted = plain(submission, kind, meant, values, grads)
        compare(
            submission.probe.follow(kind, args, {}, values, grads),
            wanted,
            help="SGD(params, lr, momentum=0.0); RMSprop(params, lr=0.01, alpha=0.99, eps=1e-8); "
            "Adam(params, lr=0.001, betas=(0.9, 0.999), eps=1e-8).",
        )


@check("contract", points=1, depends_on="test_sgd")
def test_generator(submission, rng):
    """`params` may be a generator."""
    for kind, kwargs in one_of_each_class(rng):
        values, grads = draw(rng, 4, shapes=FEW)
        wanted = plain(submission, kind, kwargs, values, grads)
        compare(
            submission.probe.follow(kind, (), kwargs, values, grads, generator=True),
            wanted,
            help="A generator can be read once: keep list(params).",
        )


@check("correctness", points=1, depends_on="test_sgd")
def test_float32(submission, rng):
    """float32 parameters stay float32, and follow the float64 trajectory to 1e-4 over 50 steps."""
    for kind, kwargs in one_of_each_class(rng):
        values, grads = draw(rng, 50, shapes=FEW[1:], dtype=np.float32)
        double = [grad.astype(np.float64) for grad in grads]
        wanted = plain(submission, kind, kwargs, [value.astype(np.float64) for value in values], double)
        compare(
            submission.probe.follow(kind, (), kwargs, values, grads),
            wanted,
            tol=1e-4,
            dtype="float32",
        )


@check("stability", points=2, depends_on=("test_rmsprop", "test_adam"))
def test_epsilon(submission, rng):
    """`eps` is added to the root: gradients of 0, tiny gradients and a large eps give torch's steps."""
    for kind, kwargs in settings(rng)[2:]:
        for eps, size in ((rng.uniform(0.1, 1.0), 1.0), (1e-8, 10.0 ** rng.uniform(-8, -6))):
            values, grads = draw(rng, 6, shapes=FEW)
            grads = [size * grad * (rng.random(grad.shape) < 0.8) for grad in grads]
            given = {**kwargs, "eps": eps}
            compare(
                submission.probe.follow(kind, (), given, values, grads),
                oracle(kind, given, values, grads),
                help="RMSprop divides by sqrt(avg) + eps, Adam by sqrt(corrected average) + eps: the root first, eps "
                "after it.",
            )


@check("contract", points=1, depends_on="test_sgd")
def test_in_place(submission, rng):
    """Parameters are updated in the memory they have, however they lie in it: what shares it sees every step."""
    for kind, kwargs in settings(rng):
        values, grads = draw(rng, 4, shapes=FEW)
        wanted = plain(submission, kind, kwargs, values, grads)
        compare(
            submission.probe.follow_alias(kind, (), kwargs, values, grads),
            wanted,
            help="Assigning to p.data gives the parameter new memory. Write into it: p.sub_(...), p.copy_(...).",
        )


@check("correctness", points=1, depends_on="test_sgd")
def test_gradients_only_read(submission, rng):
    """A gradient tensor that is used again, or refilled for a later step, counts with the values it was given."""
    refill = [True, True, False, False, True, True, False]
    holds = [0, 1, 1, 1, 4, 5, 5]  # the step whose gradient the tensor holds
    for kind, kwargs in settings(rng):
        values, grads = draw(rng, len(refill), shapes=FEW)
        wanted = plain(submission, kind, kwargs, values, [grad[holds] for grad in grads])
        compare(
            submission.probe.follow_refilled(kind, (), kwargs, values, grads, refill),
            wanted,
            help="Do not write into p.grad, and do not keep it: buf = p.grad is the same tensor, p.grad.clone() is "
            "another.",
        )


@check("correctness", points=1, depends_on="test_sgd")
def test_without_gradient(submission, rng):
    """A parameter whose gradient is None stays exactly where it is, and the others go on."""
    for kind, kwargs in settings(rng)[1:]:
        values, grads, present = sometimes_absent(rng)
        returned = submission.probe.follow(kind, (), kwargs, values, grads, present)
        histories = read(returned, grads)
        for index, value in enumerate(values):
            start_and_steps = np.concatenate([value[None], histories[index]])
            idle = ~present[:, index]
            assert_close(
                start_and_steps[1:][idle],
                start_and_steps[:-1][idle],
                tol=0.0,
                help="A gradient of None is not a gradient of zero: momentum must not carry the parameter on.",
            )
        compare(
            histories[-1:],
            plain(submission, kind, kwargs, values[-1:], grads[-1:]),
            help="Skip that parameter only, not those behind it.",
        )


@check("correctness", points=2, depends_on=("test_without_gradient", "test_adam"))
def test_state_waits(submission, rng):
    """The state of a skipped parameter stays as it is, Adam's count of steps included."""
    for kind, kwargs in settings(rng)[1:]:
        values, grads, present = sometimes_absent(rng)
        wanted = plain_with_gaps(submission, kind, kwargs, values, grads, present)
        compare(
            submission.probe.follow(kind, (), kwargs, values, grads, present),
            wanted,
            help="Averages must not decay in a step without a gradient, and every parameter counts its own steps.",
        )


@check("contract", points=1, depends_on="test_state_waits")
def test_zero_grad(submission, rng):
    """After zero_grad a step moves nothing and remembers nothing: the gradients are None, not zeros."""
    zero = np.array([False, True, False, True, True, False])
    for kind, kwargs in settings(rng)[1:]:
        values, grads = draw(rng, len(zero), shapes=FEW)
        wanted = plain_with_gaps(submission, kind, kwargs, values, grads, np.stack([~zero, ~zero], axis=1))
        compare(
            submission.probe.follow_zeroed(kind, (), kwargs, values, grads, zero),
            wanted,
            help="p.grad = None for every parameter.",
        )


@check("gradient", points=2, depends_on="test_sgd")
def test_training_loop(submission, rng):
    """zero_grad, backward, step: a training loop with autograd goes down its quadratic; what is frozen stays."""
    for kind, kwargs in settings(rng):
        values, aims = draw(rng, 7, shapes=FEW)
        scales = [rng.uniform(0.5, 1.0, value.shape) for value in values]
        centres = [value + 3 * aim[0] for value, aim in zip(values, aims, strict=True)]
        returned = submission.probe.train(kind, (), kwargs, values, scales, centres, 7)
        *moved, frozen = unpack(returned, len(values) + 1, what="one trajectory a parameter")
        help = "requires_grad belongs to whoever made the parameter."
        assert_close(frozen, np.stack([values[-1]] * 7), dtype="float64", tol=0, help=help)
        histories = read(moved, aims)
        before = [np.concatenate([v[None], history[:-1]]) for v, history in zip(values, histories, strict=True)]
        grads = [a * (position - c) for a, position, c in zip(scales, before, centres, strict=True)]
        compare(
            histories,
            plain(submission, kind, kwargs, values, grads),
            help="After step() the parameters must still require gradients, and autograd must be on again.",
        )


@check("correctness", points=1, depends_on="test_sgd")
def test_independent(submission, rng):
    """Two optimisers of one class, taking turns on the same parameters, keep separate state."""
    for (kind, first), (_, second) in zip(settings(rng)[1:], settings(rng)[1:], strict=True):
        values, grads = draw(rng, 8, shapes=FEW)
        turns = [plain(submission, kind, first, values, [grad[::2] for grad in grads])]
        turns += [plain(submission, kind, second, values, [grad[1::2] for grad in grads])]
        wanted = []
        for value, *histories in zip(values, *turns, strict=True):
            moves = [np.diff(history, axis=0, prepend=value[None]) for history in histories]
            wanted.append(value + np.stack(moves, axis=1).reshape(8, *value.shape).cumsum(axis=0))
        compare(
            submission.probe.follow_two(kind, first, second, values, grads),
            wanted,
            help="State belongs to the instance: not to the class, the module or the parameter.",
        )


@check("errors", points=1)
def test_bad_rate(submission, rng):
    """A learning rate of 0 or less raises ValueError."""
    values, _ = draw(rng, 1, shapes=FEW)
    for kind in ("SGD", "RMSprop", "Adam"):
        for lr in (0.0, -rng.uniform(0.01, 1.0)):
            assert_raises(ValueError, submission.probe.construct, kind, (), {"lr": lr}, values)


@check("errors", points=1)
def test_no_parameters(submission):
    """An empty list, or an empty generator, of parameters raises ValueError."""
    for kind in ("SGD", "RMSprop", "Adam"):
        for generator in (False, True):
            assert_raises(ValueError, submission.probe.construct, kind, (), {"lr": 0.1}, [], generator)


@check("errors", points=1)
def test_bad_decay(submission, rng):
    """A momentum or a beta below 0, or of 1 or more, raises ValueError; 0 is legal."""
    values, _ = draw(rng, 1, shapes=FEW)
    submission.probe.construct("SGD", (), {"lr": 0.1, "momentum": 0.0}, values)
    submission.probe.construct("Adam", (), {"betas": (0.0, 0.0)}, values)
    for bad in (1.0, rng.uniform(1.1, 2.0), -rng.uniform(0.1, 1.0)):
        assert_raises(ValueError, submission.probe.construct, "SGD", (), {"lr": 0.1, "momentum": bad}, values)
        for betas in ((bad, 0.9), (0.9, bad)):
            assert_raises(ValueError, submission.probe.construct, "Adam", (), {"betas": betas}, values)


@check("rules", points=1)
def test_rules(submission, rng):
    """From scratch: nothing of torch.optim, and none of torch's fused optimiser kernels."""
    values, grads = draw(rng, 1, shapes=FEW)
    assert_rules(submission, run=lambda watched: watched.probe.short_life(values, grads))


@check("contract", points=1, testimony=True)
def test_side_effects(submission, rng):
    """Nothing is printed, and torch's settings and generators are left alone."""
    assert_unchanged(submission.probe.short_life, *draw(rng, 2, shapes=FEW))


def follow(submission, rng, kind, kwargs, help):
    """50 steps in float64 against torch's."""
    values, grads = draw(rng, 50)
    compare(submission.probe.follow(kind, (), kwargs, values, grads), oracle(kind, kwargs, values, grads), help=help)


def plain(submission, kind, kwargs, values, grads):
    """What the same gradients do when nothing special is going on.

    Plain SGD is measured against torch. For the rest this is the answer's own trajectory, which has to move: a mistake
    in Adam's formula costs test_adam, and not everything that is asked of Adam besides.
    """
    if kind == "SGD" and not kwargs.get("momentum"):
        return oracle(kind, kwargs, values, grads)
    histories = read(submission.probe.follow(kind, (), kwargs, values, grads), grads)
    for value, history in zip(values, histories, strict=True):
        moves = np.diff(history, axis=0, prepend=value[None])
        assert_true(bool(np.all(moves != 0)), f"{kind} does not move the parameters.")
    return histories


def plain_with_gaps(submission, kind, kwargs, values, grads, present):
    """The same for parameters that sit out the steps in which they are not `present`: as if those had not been."""
    order = np.argsort(~present, axis=0, kind="stable")
    together = [grad[order[:, index]] for index, grad in enumerate(grads)]
    wanted = []
    for index, history in enumerate(plain(submission, kind, kwargs, values, together)):
        taken = present[:, index].cumsum()
        wanted.append(np.concatenate([values[index][None], history])[taken])
    return wanted


def compare(returned, wanted, tol=1e-6, dtype="float64", help=None):
    histories = unpack(returned, len(wanted), what="one trajectory a parameter")
    for history, expected in zip(histories, wanted, strict=True):
        assert_close(history, expected, dtype=dtype, tol=tol, help=help)


def read(returned, grads):
    """The trajectories as arrays of the right shapes."""
    histories = [as_array(history) for history in unpack(returned, len(grads), what="one trajectory a parameter")]
    for history, grad in zip(histories, grads, strict=True):
        assert_true(history.shape == grad.shape, "A parameter changed its shape.")
        assert_true(history.dtype == grad.dtype, "A parameter changed its dtype.")
    return histories


def rate(rng):
    return rng.uniform(0.01, 0.05)


def settings(rng):
    """Secret settings: SGD without and with momentum, RMSprop, Adam."""
    return (
        ("SGD", {"lr": rate(rng)}),
        ("SGD", {"lr": rate(rng), "momentum": rng.uniform(0.6, 0.95)}),
        ("RMSprop", {"lr": rate(rng), "alpha": rng.uniform(0.3, 0.45)}),
        ("Adam", {"lr": rate(rng), "betas": (rng.uniform(0.3, 0.45), rng.uniform(0.35, 0.48))}),
    )


def one_of_each_class(rng):
    sgd, _, *others = settings(rng)
    return (sgd, *others)


def draw(rng, steps, shapes=SHAPES, dtype=np.float64):
    """Parameters of about 1, and gradients between 0.35 and 2.8 in size, whose scale drifts: eps plays no part."""
    values = [np.asarray(rng.normal(size=shape), dtype) for shape in shapes]
    drift = np.exp(rng.uniform(-0.7, 0.7, size=steps))
    grads = []
    for shape in shapes:
        sizes = rng.uniform(0.7, 1.4, size=(steps, *shape)) * rng.choice([-1.0, 1.0], size=(steps, *shape))
        grads.append((sizes * drift.reshape(steps, *[1] * len(shape))).astype(dtype))
    return values, grads


def sometimes_absent(rng):
    """Two parameters that miss some steps (one its first), and one that misses none."""
    values, grads = draw(rng, 8, shapes=((2, 3), (), (3,)))
    present = np.ones((8, 3), dtype=bool)
    present[: rng.integers(1, 4), 0] = False
    present[rng.integers(5, 7), 0] = False
    gap = rng.integers(2, 5)
    present[gap : gap + 2, 1] = False
    return values, grads, present


def oracle(kind, kwargs, values, grads):
    """torch.optim's trajectories, in float64."""
    leaves = [torch.tensor(np.asarray(value, np.float64), requires_grad=True) for value in values]
    optimizer = getattr(torch.optim, kind)(leaves, **kwargs)
    history = []
    for step in range(len(grads[0])):
        for leaf, grad in zip(leaves, grads, strict=True):
            leaf.grad = torch.tensor(np.asarray(grad[step], np.float64))
        optimizer.step()
        history.append([leaf.detach().numpy().copy() for leaf in leaves])
    return [np.stack(column) for column in zip(*history, strict=True)]
