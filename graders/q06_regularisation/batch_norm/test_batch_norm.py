"""Hidden grader of `batch_norm`: secret batches and state, against torch's own function in float64."""

import numpy as np
import torch
from torch.nn import functional as F

from etude.grading import (
    as_array,
    assert_close,
    assert_raises,
    assert_rules,
    assert_shape,
    assert_true,
    check,
    entry,
    unpack,
)

SIZE = 5


def draw(rng, *shape):
    """Values of several means and spreads."""
    spread = torch.from_numpy(rng.uniform(0.5, 3.0, size=shape[-1]))
    return torch.from_numpy(rng.standard_normal(shape)) * spread + torch.from_numpy(rng.uniform(-3, 3, size=shape[-1]))


def secret_state(rng, size=SIZE):
    return {
        "weight": torch.from_numpy(rng.uniform(0.5, 2.0, size) * rng.choice([-1.0, 1.0], size)),
        "bias": torch.from_numpy(rng.normal(size=size)),
        "running_mean": torch.from_numpy(rng.normal(size=size)),
        "running_var": torch.from_numpy(rng.uniform(0.3, 3.0, size)),
    }


def secret_steps(rng, modes="train train eval train eval"):
    return [(mode, draw(rng, int(rng.integers(2, 9)), SIZE)) for mode in modes.split()]


def oracle(state, steps, eps=1e-5, momentum=0.1):
    """What `play` of the probe should give."""
    size = steps[0][1].shape[1]
    new = {"weight": torch.ones, "bias": torch.zeros, "running_mean": torch.zeros, "running_var": torch.ones}
    state = {name: (state or {}).get(name, make(size)).clone().double() for name, make in new.items()}
    weight, bias, mean, var = (state[name] for name in new)
    results = [F.batch_norm(x.double(), mean, var, weight, bias, mode == "train", momentum, eps) for mode, x in steps]
    return {"results": results, "running_mean": mean, "running_var": var}


def assert_results(returned, wanted, **options):
    results = unpack(entry(returned, "results"), len(wanted["results"]))
    for actual, expected in zip(results, wanted["results"], strict=True):
        assert_close(actual, expected, **options)


def assert_statistics(returned, wanted, **options):
    for name in ("running_mean", "running_var"):
        assert_close(entry(returned, name), wanted[name], **options)


@check("correctness", points=3)
def test_normalises(submission, rng, device):
    """In training mode a fresh layer brings each feature of the batch to mean 0 and biased variance 1."""
    for batch in (2, 7):
        steps = [("train", draw(rng, batch, SIZE))]
        returned = submission.probe.play([SIZE], {}, None, steps, device=device)
        help = "Mean and variance over the batch, feature by feature (dim=0); the variance is divided by N, not N - 1."
        assert_results(returned, oracle(None, steps), dtype="float64", help=help)


@check("correctness", points=2, depends_on="test_normalises")
def test_weight_and_bias(submission, rng, device):
    """What is normalised is multiplied by `weight`, and `bias` is added."""
    state, steps = secret_state(rng), [("train", draw(rng, 6, SIZE))]
    returned = submission.probe.play([SIZE], {}, state, steps, device=device)
    help = "z * weight + bias, with one number of each for a feature."
    assert_results(returned, oracle(state, steps), dtype="float64", help=help)


@check("contract", points=2)
def test_parameters_and_buffers(submission, rng, device):
    """Parameters `weight` and `bias`, buffers `running_mean` and `running_var`, nothing else, and all saved."""
    size = int(rng.integers(2, 9))
    found = submission.probe.fresh(size)
    ones, zeros = np.ones(size), np.zeros(size)
    help = "nn.Parameter for what is learnt, register_buffer for what is remembered."
    wanted = {"parameters": {"weight": ones, "bias": zeros}, "buffers": {"running_mean": zeros, "running_var": ones}}
    for kind, tensors in wanted.items():
        names = list(entry(found, kind, help=help))
        assert_true(sorted(names) == sorted(tensors), f"these are other {kind}", returned=names, help=help)
        for name, value in tensors.items():
            assert_close(found[kind][name], value, tol=0, help=help)
    assert_true(found["trainable"] == [True, True], "a parameter is frozen", help=help)
    saved = entry(found, "state")
    assert_true(len(saved) == 4, "not all of them are in the state_dict", returned=saved, help=help)


@check("correctness", points=3, depends_on="test_normalises")
def test_running_statistics(submission, rng, device):
    """Each training pass moves the running statistics by momentum 0.1, towards the mean and the unbiased variance."""
    state, steps = secret_state(rng), secret_steps(rng, "train train train")
    help = "running = 0.9 * running + 0.1 * new, where new is the mean, and the variance divided by N - 1."
    for start in (None, state):
        assert_statistics(
            submission.probe.play([SIZE], {}, start, steps, device=device), oracle(start, steps), help=help
        )


@check("correctness", points=3, depends_on="test_weight_and_bias")
def test_evaluation_mode(submission, rng, device):
    """In evaluation mode the running statistics are used, and stay; one row is enough."""
    state = secret_state(rng)
    steps = [("eval", draw(rng, batch, SIZE)) for batch in (1, 6)]
    returned, wanted = submission.probe.play([SIZE], {}, state, steps, device=device), oracle(state, steps)
    help = "The rows of a batch do not touch each other in evaluation mode, and nothing is remembered."
    assert_results(returned, wanted, dtype="float64", help=help)
    assert_statistics(returned, wanted, tol=0, help=help)


@check("correctness", points=2, depends_on=("test_running_statistics", "test_evaluation_mode"))
def test_modes_alternate(submission, rng, device):
    """Training and evaluation may alternate, also inside a model, and with frozen parameters under no_grad."""
    for inside, frozen in ((False, False), (True, False), (False, True)):
        state, steps = secret_state(rng), secret_steps(rng)
        returned, wanted = (
            submission.probe.play([SIZE], {}, state, steps, "float64", device, inside, frozen),
            oracle(state, steps),
        )
        help = "Ask self.training in every call, and nothing else."
        assert_results(returned, wanted, dtype="float64", help=help)
        assert_statistics(returned, wanted, help=help)


@check("correctness", points=2, depends_on=("test_running_statistics", "test_evaluation_mode"))
def test_eps(submission, rng, device):
    """`eps` is added to the variance, under the root, in both modes; it is 1e-5 unless given."""
    for options in ({"eps": rng.uniform(0.1, 0.5)}, {}, {"eps": rng.uniform(1e-8, 1e-7)}):
        state = secret_state(rng)
        state["running_var"] = torch.from_numpy(rng.uniform(1e-5, 1e-4, SIZE))
        steps = [("eval", draw(rng, 3, SIZE)), ("train", 0.003 * draw(rng, 6, SIZE))]
        returned, wanted = (
            submission.probe.play([SIZE], options, state, steps, device=device),
            oracle(state, steps, **options),
        )
        help = "sqrt(var + eps), not sqrt(var) + eps, and what the constructor was given; eps is not remembered."
        assert_results(returned, wanted, dtype="float64", help=help)
        assert_statistics(returned, wanted, help=help)


@check("correctness", points=2, depends_on="test_running_statistics")
def test_momentum(submission, rng, device):
    """`momentum` is the weight of the new batch, from 0 (nothing moves) to 1 (only the last batch counts)."""
    for momentum in (rng.uniform(0.6, 0.9), 0, 0.0, 1.0, 1):
        state, steps = secret_state(rng), secret_steps(rng, "train train")
        wanted = oracle(state, steps, momentum=float(momentum))
        returned = submission.probe.play([SIZE, 1e-5, momentum], {}, state, steps, device=device)
        help = f"momentum = {momentum}: (1 - momentum) * running + momentum * new."
        assert_statistics(returned, wanted, help=help)


@check("contract", points=2, depends_on="test_evaluation_mode")
def test_state_dict(submission, rng, device):
    """States are exchanged with torch's own layer, but for its counter."""
    state, x = secret_state(rng), draw(rng, 4, SIZE)
    (expected,) = oracle(state, [("eval", x)])["results"]
    for actual in unpack(submission.probe.exchange(SIZE, state, x), 2):
        help = "weight, bias, running_mean and running_var, each (num_features,), and nothing else in the state_dict."
        assert_close(actual, expected, dtype="float64", help=help)


@check("gradient", points=3, depends_on="test_weight_and_bias")
def test_input_gradient(submission, rng, device):
    """In training mode the gradient at x passes through the batch's mean and variance."""
    for batch in (3, 7):
        returned, wanted = gradients(submission, rng, device, "train", batch)
        help = "The mean and the variance depend on x as well: do not detach them, nor compute them under no_grad."
        assert_close(entry(returned, "x"), wanted["x"], dtype="float64", help=help)


@check("gradient", points=2, depends_on="test_weight_and_bias")
def test_parameter_gradients(submission, rng, device):
    """Gradients reach `weight` and `bias`, in both modes."""
    for mode in ("train", "eval"):
        returned, wanted = gradients(submission, rng, device, mode, 6)
        for name in ("weight", "bias"):
            help = "weight and bias are parameters: use them as they are."
            assert_close(entry(returned, name), wanted[name], dtype="float64", help=help)


@check("gradient", points=1, depends_on=("test_running_statistics", "test_evaluation_mode"))
def test_gradient_in_evaluation_mode(submission, rng, device):
    """In evaluation mode the statistics are constants: the gradient reaches x alone, and no batch of the past."""
    returned, wanted = gradients(submission, rng, device, "eval", 6, before=draw(rng, 5, SIZE))
    help = "Update the running statistics under torch.no_grad(), or with detached values."
    assert_close(entry(returned, "x"), wanted["x"], dtype="float64", help=help)
    assert_true(returned.get("before") is None, "an earlier batch got a gradient", help=help)


def gradients(submission, rng, device, mode, batch, before=None):
    state, x, cotangent = secret_state(rng), draw(rng, batch, SIZE), draw(rng, batch, SIZE)
    returned = submission.probe.backward([SIZE], state, mode, x, cotangent, device, before)
    if before is not None:
        seen = oracle(state, [("train", before)])
        state = state | {name: seen[name] for name in ("running_mean", "running_var")}
    leaves = {"x": x.clone(), "weight": state["weight"].clone(), "bias": state["bias"].clone()}
    for leaf in leaves.values():
        leaf.requires_grad_()
    mean, var = state["running_mean"], state["running_var"]
    if mode == "train":
        mean, var = leaves["x"].mean(0), leaves["x"].var(0, correction=0)
    y = (leaves["x"] - mean) / (var + 1e-5).sqrt() * leaves["weight"] + leaves["bias"]
    wanted = dict(zip(leaves, torch.autograd.grad((y * cotangent).sum(), list(leaves.values())), strict=True))
    assert_close(entry(returned, "y"), y, help="The forward pass is wrong already.")
    return returned, wanted


@check("contract", points=1, depends_on="test_modes_alternate")
def test_dtype(submission, rng, device):
    """A layer in float32 gives float32, one in bfloat16 gives bfloat16."""
    state = {name: value.float() for name, value in secret_state(rng).items()}
    steps = [(mode, x.float()) for mode, x in secret_steps(rng)]
    returned, wanted = submission.probe.play([SIZE], {}, state, steps, "float32", device), oracle(state, steps)
    for actual, expected in zip(unpack(entry(returned, "results"), len(steps)), wanted["results"], strict=True):
        assert_close(actual, expected, dtype="float32", tol=1e-4, help="Leave the dtype as it comes.")
    assert_statistics(returned, wanted, dtype="float32")
    state = {name: value.bfloat16() for name, value in secret_state(rng).items()}
    steps = [(mode, torch.from_numpy(rng.standard_normal((8, SIZE))).bfloat16()) for mode in ("train", "eval")]
    returned, wanted = submission.probe.play([SIZE], {}, state, steps, "bfloat16", device), oracle(state, steps)
    help = "Half precision too: where you compute in float32, convert the result back."
    assert_results(returned, wanted, dtype="bfloat16", tol=0.1, help=help)


@check("contract", points=1, depends_on="test_modes_alternate")
def test_input_unchanged(submission, rng, device):
    """Further passes over the same tensor, in either mode, give what they should: x is left as it was."""
    state, x = secret_state(rng), draw(rng, 6, SIZE)
    modes = ["train", "eval", "train", "eval"]
    wanted = oracle(state, [(mode, x) for mode in modes])["results"]
    for frozen in (False, True):
        actual = unpack(submission.probe.again([SIZE], state, modes, x, device, frozen), len(modes))
        for result, expected in zip(actual, wanted, strict=True):
            assert_close(result, expected, help="x -= mean writes into the caller's tensor, trained or not.")


@check("stability", points=2, depends_on="test_weight_and_bias")
def test_constant_feature(submission, rng, device):
    """A feature that is constant over the batch gives `bias`, with finite gradients."""
    state, x, cotangent = secret_state(rng), draw(rng, 6, SIZE), draw(rng, 6, SIZE)
    x[:, 1], x[:, 3] = float(rng.integers(1, 9)), 0.0
    x = x.requires_grad_()
    y = F.batch_norm(x, None, None, state["weight"], state["bias"], training=True)
    (expected,) = torch.autograd.grad((y * cotangent).sum(), [x])
    returned = submission.probe.backward([SIZE], state, "train", x.detach(), cotangent, device)
    help = "eps belongs under the root: the root's own derivative is infinite at 0."
    assert_close(entry(returned, "y"), y, dtype="float64", help=help)
    assert_close(entry(returned, "x"), expected, dtype="float64", help=help)


@check("stability", points=2, depends_on="test_running_statistics")
def test_far_from_zero(submission, rng, device):
    """Features far from zero are normalised without cancellation."""
    signs = rng.permuted(np.repeat([[-1.0], [1.0]], 4, axis=0).repeat(SIZE, axis=1), axis=0)
    far = torch.from_numpy(rng.uniform(0.5, 1.0, (8, SIZE)) * signs + rng.uniform(5e4, 1e5, SIZE))
    steps = [("train", far - far.mean(0))]  # float64 gives the mean to 1e-11
    returned = submission.probe.play([SIZE], {}, None, [("train", far)], device=device)
    help = "mean(x**2) - mean(x)**2 cancels: take the mean of (x - mean)**2."
    assert_results(returned, oracle(None, steps), tol=1e-8, help=help)
    assert_close(entry(returned, "running_var"), oracle(None, steps)["running_var"], tol=1e-8, help=help)


@check("errors", points=2, depends_on="test_running_statistics")
def test_batch_of_one(submission, rng, device):
    """A batch of one in training mode raises ValueError, and the running statistics stay."""
    state, x = secret_state(rng), draw(rng, 1, SIZE)
    assert_refused(submission, state, "train", x, device, "One row has no variance: look at its length first.")


@check("errors", points=2, depends_on=("test_running_statistics", "test_evaluation_mode"))
def test_shapes(submission, rng, device):
    """In either mode input that is not (N, num_features) raises ValueError, and the running statistics stay."""
    for mode in ("train", "eval"):
        for shape in ((4, SIZE + 1), (4, SIZE - 1), (4, 1), (SIZE,), (4, SIZE, 3), (3, SIZE, SIZE), (2, 4, SIZE)):
            state, x = secret_state(rng), draw(rng, *shape)
            help = f"The shape {shape} is not (N, {SIZE}): check before you compute, for broadcasting may let it pass."
            assert_refused(submission, state, mode, x, device, help)
    state, scalar = secret_state(rng, 1), torch.tensor(rng.normal())
    for mode in ("train", "eval"):
        help = "A scalar is not (N, 1)."
        assert_raises(ValueError, submission.probe.play, [1], {}, state, [(mode, scalar)], device=device, help=help)


def assert_refused(submission, state, mode, x, device, help):
    steps = [(mode, x)]
    assert_raises(ValueError, submission.probe.play, [SIZE], {}, state, steps, device=device, help=help)
    assert_statistics(submission.probe.statistics(), state, tol=0, help=f"Raise before anything is remembered. {help}")


@check("contract", points=1, testimony=True)
def test_global_state(submission, rng, device):
    """Torch's generator and settings are left alone, and nothing is printed."""
    x = draw(rng, 4, SIZE).float()
    seed = int(rng.integers(1, 2**40))
    torch.manual_seed(seed)
    untouched = torch.rand(4, dtype=torch.float64)
    drawn = submission.probe.draws_after(seed, x)
    assert_shape(drawn, (4,))
    same = bool((as_array(drawn) == untouched.numpy()).all())
    assert_true(same, "torch's global generator was used or re-seeded", help="Nothing here is random.")
    seen = submission.probe.draws_after.observe(seed, x, draws=True)
    assert_true(not seen.settings, "changed: " + ", ".join(seen.settings))
    assert_true(not seen.printed, "something was printed", returned=seen.printed[:100])


@check("rules", points=1)
def test_no_library_norm(submission, rng, device):
    """None of the library's normalisation layers or functions is used."""
    x = draw(rng, 4, SIZE)
    assert_rules(submission, run=lambda watched: watched.probe.play([SIZE], {}, None, [("train", x), ("eval", x)]))
