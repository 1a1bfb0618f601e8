"""Hidden grader of `dropout`.

The mask is read off the result: inputs are secret and not zero, so that an element is either dropped or its input
times one common factor. Most checks leave that factor free, so that a wrong one costs the points of
`test_survivors_scaled` alone. Statistics have bounds of six standard deviations or more: a right answer is failed
less than once in a million runs.
"""

import numpy as np
import torch

from etude.grading import (
    TensorValue,
    as_array,
    assert_close,
    assert_dtype,
    assert_raises,
    assert_rules,
    assert_shape,
    assert_true,
    check,
    unpack,
)


def draw(rng, *shape, dtype="float64"):
    """Values of either sign, none near zero."""
    values = rng.uniform(0.5, 2.0, size=shape) * rng.choice([-1.0, 1.0], size=shape)
    return torch.from_numpy(np.asarray(values)).to(getattr(torch, dtype))


def numbers(value, shape):
    """What crossed, as float64."""
    assert_shape(value, shape)
    array = as_array(value)
    assert_true(array.dtype.kind in "biuf", "no real numbers came back", returned=str(array.dtype))
    return array.astype(np.float64)


def read_mask(result, x, tol=1e-9):
    """Which elements of x came through, and the factor they were multiplied by; fails unless there is one for all."""
    ratio = numbers(result, x.shape) / x.double().numpy()
    assert_true(bool(np.isfinite(ratio).all()), "NaN or infinity in the result")
    keep = ratio != 0
    factor = float(np.median(ratio[keep])) if keep.any() else 0.0
    assert_true(bool(keep.any()), "every element was dropped")
    assert_true(
        not keep.all(), "no element was dropped", help="In training mode elements are set to zero with probability p."
    )
    off = np.abs(ratio - keep * factor).max()
    assert_true(
        off <= tol * max(1.0, abs(factor)) and factor > 0,
        "the result is not the input with some elements zero and the others times one factor",
        returned=f"output / input: {np.array2string(ratio.ravel()[:8], precision=4)} …",
        wanted="0 or the same number everywhere",
    )
    return keep, factor


def train(submission, p, x, device, calls=1):
    return unpack(submission.probe.train(p, x, device, calls), calls)


@check("contract", points=1)
def test_shape_and_dtype(submission, rng, device):
    """A module whose result has the shape and dtype of its input, half precision included."""
    assert_true(
        submission.probe.is_module() is True, "Dropout is no nn.Module", help="Derive the class from torch.nn.Module."
    )
    for dtype in ["float32", "float64", "float16", "bfloat16"]:
        (result,) = train(submission, 0.4, draw(rng, 6, 50, dtype=dtype), device)
        assert_true(isinstance(result, TensorValue), "the result is no tensor")
        assert_shape(result, (6, 50))
        assert_dtype(
            result,
            dtype,
            help="A float32 mask times a half-precision tensor is float32: give the mask the input's dtype.",
        )


@check("correctness", points=2)
def test_survivors_scaled(submission, rng, device):
    """In training mode an element is either zero or exactly 1 / (1 - p) times the input."""
    for p, dtype in [(0.3, "float64"), (0.75, "float64"), (0.45, "float32"), (0.6, "bfloat16")]:
        x = draw(rng, 300, dtype=dtype)
        (result,) = train(submission, p, x, device)
        keep, _ = read_mask(result, x, tol=2e-2)
        help = f"p = {p}: survivors are multiplied by 1 / (1 - p), in the full precision of the input's dtype."
        assert_close(result, keep * x.double().numpy() / (1 - p), dtype=dtype, help=help)


@check("correctness", points=2)
def test_rate(submission, rng, device):
    """About a share p of the elements is dropped."""
    n = 24_000
    for p in [0.15, 0.5, 0.8]:
        x = draw(rng, n)
        keep, _ = read_mask(*train(submission, p, x, device), x)
        wrong = abs((~keep).mean() - p) > 6.5 * np.sqrt(p * (1 - p) / n)
        help = "p is the probability of being dropped, not of being kept."
        assert_true(
            not wrong, "another share was dropped", returned=f"{(~keep).mean():.4f}", wanted=f"about {p}", help=help
        )


@check("contract", points=1)
def test_default(submission, rng, device):
    """`Dropout()` drops half of the elements."""
    n = 10_000
    x = draw(rng, n)
    keep, _ = read_mask(*train(submission, None, x, device), x)
    assert_true(
        abs(keep.mean() - 0.5) < 6.5 * 0.5 / np.sqrt(n),
        "not about a half was dropped",
        returned=f"{(~keep).mean():.4f}",
    )


@check("correctness", points=2)
def test_evaluation_mode(submission, rng, device):
    """In evaluation mode the output equals the input; back in training mode elements are dropped again."""
    x = draw(rng, 6, 50)
    check_modes(
        submission.probe.switch(0.4, x, device), x, "In evaluation mode nothing is dropped and nothing is scaled."
    )


@check("contract", points=1)
def test_mode_of_the_model(submission, rng, device):
    """`eval()` and `train()` of a model that contains the layer reach it, and they alone count: not autograd."""
    x = draw(rng, 6, 50)
    help = "Ask self.training: a model's eval() calls train(False) on its children, and knows of no flag of your own."
    check_modes(submission.probe.switch_parent(0.4, x, device), x, help)
    check_modes(submission.probe.switch_parent(0.4, x, device, autograd=False), x, help)


def check_modes(results, x, help):
    before, during, after = unpack(results, 3)
    assert_close(before, x.numpy(), dtype="float64", tol=0, help=help)
    read_mask(during, x)
    assert_close(after, x.numpy(), dtype="float64", tol=0, help=help)


@check("correctness", points=1)
def test_fresh_mask(submission, rng, device):
    """Each call draws a mask of its own."""
    x = draw(rng, 2000)
    masks = [read_mask(result, x)[0] for result in train(submission, 0.5, x, device, calls=3)]
    for one, other in [(0, 1), (1, 2), (0, 2)]:
        agree = (masks[one] == masks[other]).mean()
        assert_true(
            abs(agree - 0.5) < 6.5 * 0.5 / np.sqrt(x.numel()),
            "the masks of two calls are not independent",
            returned=f"they agree in {agree:.1%} of the elements",
            wanted="about 50%",
            help="Draw the mask in forward, at every call.",
        )


@check("correctness", points=2)
def test_independent_elements(submission, rng, device):
    """Elements are dropped one by one: not by row, by channel, by sample or by batch."""
    for shape in [(90, 80), (12, 10, 9, 8)]:
        x = draw(rng, *shape)
        keep, _ = read_mask(*train(submission, 0.5, x, device), x)
        for axis in range(len(shape)):
            sums = (keep - 0.5).sum(axis)  # a line of n independent elements: variance n / 4
            spread = float((sums**2).mean() / (shape[axis] / 4))
            assert_true(
                abs(spread - 1) < 8 * np.sqrt(2 / sums.size),
                f"elements along dimension {axis} of {shape} are not dropped independently",
                returned=f"the variance of their number is {spread:.2f} times that of independent ones",
                help="The mask needs a random number for each element: the shape of x, not a part of it, broadcast.",
            )


@check("correctness", points=1)
def test_number_varies(submission, rng, device):
    """The number of dropped elements varies from call to call, as it does for independent ones."""
    x = draw(rng, 40)
    results = numbers(submission.probe.train_often(0.5, x, device, 120), (120, 40))
    keep, _ = read_mask(results, x.expand(120, 40))
    counts = keep.sum(1)
    spread = float(counts.var() / (x.numel() / 4))
    help = "A fixed number of dropped elements (a permutation, a top-k) makes them depend on each other."
    assert_true(
        0.35 < spread < 1.9,
        "the number of dropped elements varies wrongly",
        returned=f"{spread:.2f} times the variance wanted",
        help=help,
    )


@check("gradient", points=3)
def test_gradient(submission, rng, device):
    """The gradient passes where, and as, the forward pass let the element through: also where the input is zero."""
    x, cotangent = draw(rng, 2400), draw(rng, 2400)
    zero = rng.random(x.shape) < 0.3
    x[torch.from_numpy(zero)] = 0
    result, gradient = unpack(submission.probe.backward(0.4, x, cotangent, device), 2)
    result = numbers(result, x.shape)
    help = "The backward pass multiplies by the mask and scale of that very call, not of the layer's latest one."
    through, _ = read_mask(gradient, cotangent)
    factor = np.divide(result, x.numpy(), out=np.zeros(x.shape), where=~zero)
    assert_close(np.where(zero, 0, as_array(gradient)), factor * cotangent.numpy(), dtype="float64", help=help)
    hidden, shown = through[zero], through[~zero]  # a zero's mask shows in the gradient only
    bound = 6.5 * 0.5 * np.sqrt(1 / hidden.size + 1 / shown.size)
    assert_true(
        abs(hidden.mean() - shown.mean()) < bound,
        "where the input is zero, the mask of the gradient is another",
        returned=f"{hidden.mean():.0%} of the elements pass a gradient",
        wanted=f"about {shown.mean():.0%}, as elsewhere",
        help="A zero that was not dropped passes its gradient on: keep the mask, do not look for zeros in the output.",
    )


@check("gradient", points=1)
def test_gradient_in_evaluation_mode(submission, rng, device):
    """In evaluation mode the gradient passes unchanged; in training mode it does not."""
    x, cotangent = draw(rng, 120), draw(rng, 120)
    _, gradient = unpack(submission.probe.backward(0.5, x, cotangent, device, training=False), 2)
    assert_close(
        gradient, cotangent.numpy(), dtype="float64", help="Return x, or something autograd can follow back to it."
    )
    read_mask(unpack(submission.probe.backward(0.5, x, cotangent, device), 2)[1], cotangent)


@check("stability", points=2)
def test_ends_of_the_range(submission, rng, device):
    """p = 0 keeps everything; p = 1 gives zeros, without NaN in the result or the gradient."""
    x, cotangent = draw(rng, 7, 9), draw(rng, 7, 9)
    for p in [0, 0.0]:
        result, gradient = unpack(submission.probe.backward(p, x, cotangent, device), 2)
        assert_close(result, x.numpy(), dtype="float64", help="p = 0 drops nothing and scales by 1.")
        assert_close(gradient, cotangent.numpy(), dtype="float64", help="p = 0: the gradient passes unchanged.")
    for p in [1.0, 1]:
        result, gradient = unpack(submission.probe.backward(p, x, cotangent, device), 2)
        help = (
            "p = 1: 1 / (1 - p) is infinite, and infinity times zero is NaN. Nothing survives, so do without the scale."
        )
        assert_close(result, np.zeros(x.shape), dtype="float64", help=help)
        assert_close(gradient, np.zeros(x.shape), dtype="float64", help=help)


@check("contract", points=1)
def test_any_shape(submission, rng, device):
    """Scalars, vectors, tensors of five dimensions and views that are not contiguous are all legal."""
    scalar = draw(rng)
    results = numbers(submission.probe.train_often(0.5, scalar, device, 50), (50,))
    read_mask(results, scalar.expand(50))
    for shape in [(60,), (1, 2, 1, 2, 40)]:
        x = draw(rng, *shape)
        read_mask(*train(submission, 0.5, x, device), x)
    x = draw(rng, 3, 4, 40)
    read_mask(submission.probe.transposed(0.5, x, device), x)


@check("contract", points=2)
def test_global_generator(submission, rng, device):
    """Randomness comes from torch's global generator: the same seed gives the same mask, another seed another."""
    x = draw(rng, 300)
    first, second = (int(seed) for seed in rng.integers(1, 2**40, size=2))
    results = unpack(submission.probe.seeded(0.5, x, device, [first, second, first]), 3)
    one, two, again = (read_mask(result, x)[0] for result in results)
    help = "A generator of your own, NumPy's or random's does not follow torch.manual_seed."
    assert_true(bool((one == again).all()), "the same seed gave two masks", help=help)
    assert_true(
        not bool((one == two).all()), "two seeds gave the same mask", help="Do not seed in forward, and keep no mask."
    )


@check("contract", points=1)
def test_input_unchanged(submission, rng, device):
    """The input tensor is left as it was: after a training pass, evaluation mode returns the same as before it."""
    x = draw(rng, 200)
    before, during, after = unpack(submission.probe.reuse(0.5, x, device), 3)
    read_mask(during, x)
    help = "Methods ending in an underscore, and x *= mask, write into the caller's tensor."
    assert_close(after, numbers(before, x.shape), tol=0, help=help)


@check("contract", points=1, testimony=True)
def test_device(submission, rng, device):
    """The mask is made where the input lives."""
    found = submission.probe.without_memory(0.5, (4, 5))
    help = "torch.rand(x.shape) lies on the CPU: say device=x.device, or use torch.rand_like(x)."
    assert_true(found == "meta", "tensors of two devices met", returned=str(found)[:200], help=help)


@check("contract", points=1, testimony=True)
def test_global_state(submission, rng, device):
    """The layer draws from torch's generator and does nothing else to it; nothing is printed or set."""
    x = draw(rng, 8, 5)
    first, second = (int(seed) for seed in rng.integers(1, 2**40, size=2))
    draws = [as_array(submission.probe.draws_around(seed, 0.5, x)) for seed in (first, first, second)]
    same = [draws[0].shape == other.shape and bool((draws[0] == other).all()) for other in draws[1:]]
    help = "Seeding belongs to whoever runs the experiment."
    assert_true(same == [True, False], "torch's global generator was re-seeded", help=help)
    seen = submission.probe.train.observe(0.5, x, device, draws=True)
    assert_true(not seen.settings, "changed: " + ", ".join(seen.settings), help=help)
    assert_true(not seen.printed, "something was printed", returned=seen.printed[:100])


@check("errors", points=1)
def test_invalid_p(submission, rng, device):
    """p below 0 or above 1 raises ValueError when the layer is made."""
    for p in [-float(rng.uniform(0.001, 1)), 1 + float(rng.uniform(0.001, 1)), -1, 2, float("inf")]:
        assert_raises(ValueError, submission.probe.make, p)


@check("rules", points=1)
def test_no_library_dropout(submission, rng, device):
    """None of the library's dropout functions or layers is used."""
    x = draw(rng, 5, 4)
    assert_rules(submission, run=lambda watched: watched.probe.train(0.5, x, device))
