"""Hidden grader of `layer_norm_fwd_bwd`. The oracle is torch's own layer norm in float64, with autograd behind it."""

import numpy as np
import torch
from torch.nn import functional

from etude.grading import assert_close, assert_raises, assert_rules, assert_true, assert_unchanged, check, unpack

FORWARD = ("test_forward", "test_statistics")
BACKWARD = ("test_grad_x", "test_grad_parameters")
BOTH = (*FORWARD, *BACKWARD)
HALF = ("bfloat16", "float16")
PARTS = "(y, mean, rstd)"
GRADIENTS = "(grad_x, grad_weight, grad_bias)"


def draw(rng, *shape):
    return torch.from_numpy(rng.standard_normal(shape))


def draw_all(rng, *shape):
    """x, weight, bias and the gradient at y."""
    size = shape[-1:]
    x = draw(rng, *shape) * torch.from_numpy(rng.uniform(0.5, 2, (*shape[:-1], 1))) + draw(rng, *shape[:-1], 1)
    return x, draw(rng, *size) + 0.5, draw(rng, *size), draw(rng, *shape)


def statistics(x, eps=1e-5):
    """Of x's rows, as float64."""
    mean = x.double().mean(-1, keepdim=True)
    return mean.squeeze(-1), 1 / torch.sqrt((x.double() - mean).square().mean(-1) + eps)


def oracle(x, weight, bias, grad_y, eps=1e-5):
    """y and the three gradients."""
    x, weight, bias = (tensor.double().requires_grad_() for tensor in (x, weight, bias))
    y = functional.layer_norm(x, weight.shape, weight, bias, eps)
    return [y.detach(), *torch.autograd.grad((y * grad_y.double()).sum(), (x, weight, bias))]


def assert_all(actual, expected, dtypes, help=None, **kwargs):
    for found, wanted, dtype in zip(unpack(actual, len(expected)), expected, dtypes, strict=True):
        assert_close(found, wanted, dtype=dtype, help=help, **kwargs)


def forward(submission, *args, **kwargs):
    return unpack(submission.layer_norm_forward(*args, **kwargs), 3, PARTS)


def backward(submission, *args):
    return unpack(submission.layer_norm_backward(*args), 3, GRADIENTS)


@check("correctness", points=2)
def test_forward(submission, rng):
    """y: each row normalised, then times weight plus bias."""
    help = "y = (x - mean) / sqrt(var + eps) * weight + bias: mean and variance over the last axis, divided by D."
    for shape in [(4, 5), (2, 3, 8)]:
        x, weight, bias, grad_y = draw_all(rng, *shape)
        y, _, _ = forward(submission, x, weight, bias)
        assert_close(y, oracle(x, weight, bias, grad_y)[0], dtype="float64", help=help)


@check("correctness", points=1)
def test_statistics(submission, rng):
    """mean and rstd = 1/sqrt(var + eps), of x's shape without its last axis."""
    help = "One number a row each: no axis of size 1 is left, and rstd is the reciprocal of the root."
    for shape in [(4, 5), (2, 3, 8)]:
        x, weight, bias, _ = draw_all(rng, *shape)
        _, mean, rstd = forward(submission, x, weight, bias)
        assert_all([mean, rstd], statistics(x), ["float64"] * 2, help)


@check("correctness", points=1, depends_on=FORWARD)
def test_epsilon(submission, rng):
    """`eps` is added to the variance, under the root: rows that hardly vary show it."""
    for kwargs in ({}, {"eps": 0.3}, {"eps": 1e-3}):
        x, weight, bias, grad_y = draw_all(rng, 6, 5)
        x *= 10.0 ** torch.arange(-5, 1)[:, None]
        y, mean, rstd = forward(submission, x, weight, bias, **kwargs)
        expected = [oracle(x, weight, bias, grad_y, **kwargs)[0], *statistics(x, **kwargs)]
        assert_all([y, mean, rstd], expected, ["float64"] * 3, "1 / sqrt(var + eps); eps is 1e-5 unless it is given.")


@check("gradient", points=3)
def test_grad_x(submission, rng):
    """grad_x, with what flows back through the mean and through the variance."""
    help = "mean and rstd are functions of x too: from h = grad_y * weight, two averages over the row are taken away."
    for shape in [(4, 5), (2, 3, 8), (3, 2)]:
        x, weight, bias, grad_y = draw_all(rng, *shape)
        grad_x, _, _ = backward(submission, grad_y, x, weight, *statistics(x))
        assert_close(grad_x, oracle(x, weight, bias, grad_y)[1], dtype="float64", help=help)


@check("gradient", points=2)
def test_grad_parameters(submission, rng):
    """grad_weight and grad_bias: sums over all leading axes."""
    help = "weight and bias are the same in all rows of all batches: sum grad_y * z, and grad_y, over all of them."
    for shape in [(4, 5), (2, 3, 8), (2, 3, 4, 3)]:
        x, weight, bias, grad_y = draw_all(rng, *shape)
        _, *actual = backward(submission, grad_y, x, weight, *statistics(x))
        assert_all(actual, oracle(x, weight, bias, grad_y)[2:], ["float64"] * 2, help)


@check("gradient", points=1, depends_on=BACKWARD)
def test_given_statistics(submission, rng):
    """The backward pass takes the statistics that it is given: of another eps, or of other rows."""
    help = "The caller may have used another eps: do not compute mean or rstd again."
    x, weight, bias, grad_y = draw_all(rng, 4, 5)
    for eps in (0.5, 3.0):
        actual = backward(submission, grad_y, x, weight, *statistics(x, eps))
        assert_all(actual, oracle(x, weight, bias, grad_y, eps)[1:], ["float64"] * 3, help)
    mean, rstd = draw(rng, 4), torch.from_numpy(rng.uniform(0.5, 2, 4))
    _, grad_weight, grad_bias = backward(submission, grad_y, x, weight, mean, rstd)
    z = (x - mean[:, None]) * rstd[:, None]
    assert_all([grad_weight, grad_bias], [(grad_y * z).sum(0), grad_y.sum(0)], ["float64"] * 2, help)


@check("stability", points=2, depends_on=BOTH)
def test_cancellation(submission, rng):
    """float64 rows with mean ±1e6 and deviation 1 are right to 1e-6, both ways."""
    help = "Subtract the mean before you square: mean(x**2) - mean(x)**2 is a difference of two numbers of size 1e12."
    noise, weight, bias, grad_y = draw(rng, 6, 32), draw(rng, 32), draw(rng, 32), draw(rng, 6, 32)
    offset = torch.from_numpy(1e6 * rng.choice([-1.0, 1.0], (6, 1)))
    x = offset + noise
    shifted = x - offset  # exact
    mean, rstd = statistics(shifted)
    expected = oracle(shifted, weight, bias, grad_y)
    y, own_mean, own_rstd = forward(submission, x, weight, bias)
    assert_all([y, own_rstd], [expected[0], rstd], ["float64"] * 2, help, tol=1e-6)
    assert_close(own_mean, mean + offset[:, 0], dtype="float64", tol=1e-12, help=help)
    actual = backward(submission, grad_y, x, weight, mean + offset[:, 0], rstd)
    assert_all(actual, expected[1:], ["float64"] * 3, help, tol=1e-6)


@check("stability", points=1, depends_on=BOTH)
def test_constant_rows(submission, rng):
    """A row without any variance gives y = bias, and finite, correct gradients."""
    help = "eps is what keeps a variance of 0 from a division by 0; no difference may come out below 0 either."
    x, weight, bias, grad_y = draw_all(rng, 5, 8)
    x[1], x[3] = float(rng.normal()), 0.0
    y, _, rstd = forward(submission, x, weight, bias)
    mean, wanted = statistics(x)
    expected = oracle(x, weight, bias, grad_y)
    assert_all([y, rstd], [expected[0], wanted], ["float64"] * 2, help)
    assert_all(backward(submission, grad_y, x, weight, mean, wanted), expected[1:], ["float64"] * 3, help)


@check("contract", points=1, depends_on=BOTH)
def test_shapes(submission, rng):
    """One row without leading axes, many leading axes, and sizes of one."""
    help = "Take the last axis from the end (-1) and leave sizes of one alone; D = 1 is a row like any other."
    for shape in [(6,), (2, 1, 3, 4), (1, 5), (3, 1), (1,)]:
        x, weight, bias, grad_y = draw_all(rng, *shape)
        mean, rstd = statistics(x)
        expected = oracle(x, weight, bias, grad_y)
        actual = [*forward(submission, x, weight, bias), *backward(submission, grad_y, x, weight, mean, rstd)]
        assert_all(actual, [expected[0], mean, rstd, *expected[1:]], ["float64"] * 6, help)


@check("contract", points=1, depends_on=BOTH)
def test_empty(submission, rng):
    """Without rows y is empty, and the gradients at weight and bias are zeros."""
    for shape in [(0, 4), (2, 0, 3)]:
        x, weight, bias, grad_y = draw_all(rng, *shape)
        mean, rstd = statistics(x)
        actual = unpack(submission.probe.quietly(x, weight, bias, grad_y, mean, rstd), 6)
        zeros = torch.zeros(shape[-1:])
        assert_all(actual, [x, mean, rstd, x, zeros, zeros], ["float64"] * 6, "A sum over no rows is 0.")


@check("contract", points=1, depends_on=BOTH)
def test_float32(submission, rng):
    """float32 in, float32 out."""
    x, weight, bias, grad_y = (tensor.float() for tensor in draw_all(rng, 6, 24))
    expected = oracle(x, weight, bias, grad_y)
    y, *stats = forward(submission, x, weight, bias)
    assert_all([y, *stats], [expected[0], *statistics(x)], ["float32"] * 3)
    given = (tensor.float() for tensor in statistics(x))
    assert_all(backward(submission, grad_y, x, weight, *given), expected[1:], ["float32"] * 3)


@check("contract", points=1, depends_on=BOTH)
def test_half_precision_dtypes(submission, rng):
    """bfloat16 and float16: statistics in float32, gradients in the dtypes of x and of weight, which may differ."""
    help = "y and grad_x have x's dtype, grad_weight and grad_bias weight's, mean and rstd are float32."
    for own in HALF:
        for other in (own, "float32"):
            x, weight, bias, grad_y = draw_all(rng, 6, 24)
            x, grad_y = (tensor.to(getattr(torch, own)) for tensor in (x, grad_y))
            weight, bias = (tensor.to(getattr(torch, other)) for tensor in (weight, bias))
            expected = oracle(x, weight, bias, grad_y)
            y, *stats = forward(submission, x, weight, bias)
            assert_all([y, *stats], [expected[0], *statistics(x)], [own, "float32", "float32"], help)
            given = (tensor.float() for tensor in statistics(x))
            actual = backward(submission, grad_y, x, weight, *given)
            assert_all(actual, expected[1:], [own, other, other], help)


@check("stability", points=2, depends_on=BOTH)
def test_half_precision_values(submission, rng):
    """Half precision is computed in float32: rows far from 0, squares above 65504, sums over many rows."""
    help = "Convert to float32 first, and back at the very end: float16 ends at 65504, and bfloat16 has 8 bits."
    for own, level, spread in [("bfloat16", 200, 4), ("float16", 800, 300)]:
        _, weight, bias, grad_y = draw_all(rng, 600, 16)
        x = level + spread * draw(rng, 600, 16)
        x, weight, bias, grad_y = (tensor.to(getattr(torch, own)) for tensor in (x, weight, bias, grad_y + 1))
        expected, stats = oracle(x, weight, bias, grad_y), statistics(x)
        y, *own_stats = forward(submission, x, weight, bias)
        assert_all([y, *own_stats], [expected[0], *stats], [own, "float32", "float32"], help)
        assert_close(own_stats[1], stats[1], tol=1e-5, small=True, help=help)
        assert_close(own_stats[0], stats[0], tol=1e-5, help=help)
        actual = backward(submission, grad_y, x, weight, *(tensor.float() for tensor in stats))
        assert_close(actual[0], expected[1], tol=1e-2, small=True, help=help)
        assert_all(actual[1:], expected[2:], [own, own], help)


@check("contract", points=1, depends_on=BOTH)
def test_memory_layout(submission, rng):
    """Tensors that are not contiguous, and those of `expand`, give the same results."""
    x, weight, bias, grad_y = draw_all(rng, 3, 4, 5)
    expected = oracle(x, weight, bias, grad_y)
    same = [tensor[:1, :1].expand(tensor.shape) for tensor in (x, grad_y)]
    expected += oracle(same[0], weight, bias, same[1])
    actual = submission.probe.layouts(x, weight, bias, grad_y)
    assert_all(actual, expected, ["float64"] * 8, "view() needs contiguous memory; reshape and flatten do not.")


@check("contract", points=1, depends_on=BOTH)
def test_second_call(submission, rng):
    """Second calls on the same tensors give the same results."""
    x, weight, bias, grad_y = draw_all(rng, 4, 6)
    mean, rstd = statistics(x)
    y, *gradients = oracle(x, weight, bias, grad_y)
    actual = submission.probe.twice(x, weight, bias, grad_y, mean, rstd)
    help = "`x -= mean` writes into the caller's tensor, also behind x.to(dtype), if x has that dtype already."
    assert_all(actual, [y, mean, rstd, *gradients] * 2, ["float64"] * 12, help)


@check("contract", points=1, depends_on=BOTH, testimony=True)
def test_side_effects(submission, rng):
    """Prints nothing and changes neither its arguments nor a global setting."""
    for dtype in (torch.float64, torch.float32, torch.bfloat16):
        x, weight, bias, grad_y = (tensor.to(dtype) for tensor in draw_all(rng, 4, 6))
        given = (tensor.to(torch.promote_types(dtype, torch.float32)) for tensor in statistics(x))
        assert_unchanged(submission.layer_norm_forward, x, weight, bias)
        assert_unchanged(submission.layer_norm_backward, grad_y, x, weight, *given)


@check("errors", points=1, depends_on=BOTH)
def test_bad_parameters(submission, rng):
    """A weight or bias that is not (D,) raises a ValueError with a message, in both passes."""
    x, weight, bias, grad_y = draw_all(rng, 4, 6)
    for shape in [(1,), (), (4, 6), (1, 6), (6, 1), (5,), (7,)]:
        help = f"{shape} is not (D,): compare shapes before broadcasting forgives them."
        wrong = draw(rng, *shape)
        assert_raises(ValueError, submission.layer_norm_forward, x, wrong, bias, help=help)
        assert_raises(ValueError, submission.layer_norm_forward, x, weight, wrong, help=help)
        assert_raises(ValueError, submission.layer_norm_forward, x, wrong, wrong, help=help)
        assert_raises(ValueError, submission.layer_norm_backward, grad_y, x, wrong, *statistics(x), help=help)


@check("errors", points=1, depends_on=BACKWARD)
def test_bad_gradient(submission, rng):
    """A `grad_y` of another shape than x's raises a ValueError with a message."""
    x, weight, _, _ = draw_all(rng, 4, 6)
    for shape in [(6,), (1, 6), (4, 1), (2, 4, 6), (5, 6), (6, 4), ()]:
        help = f"grad_y is {shape}, x is (4, 6): no broadcasting."
        given = draw(rng, *shape), x, weight, *statistics(x)
        assert_raises(ValueError, submission.layer_norm_backward, *given, help=help)


@check("errors", points=1, depends_on=BACKWARD)
def test_bad_statistics(submission, rng):
    """A mean or rstd that is not of x's shape without its last axis raises a ValueError with a message."""
    x, weight, _, grad_y = draw_all(rng, 4, 6)
    mean, rstd = statistics(x)
    for shape in [(4, 1), (1,), (), (3,), (6,), (4, 6), (1, 4)]:
        help = f"x is (4, 6), so mean and rstd are (4,), and not {shape}."
        wrong = torch.from_numpy(rng.uniform(0.5, 2, shape))
        assert_raises(ValueError, submission.layer_norm_backward, grad_y, x, weight, wrong, rstd, help=help)
        assert_raises(ValueError, submission.layer_norm_backward, grad_y, x, weight, mean, wrong, help=help)
        assert_raises(ValueError, submission.layer_norm_backward, grad_y, x, weight, wrong, wrong, help=help)


@check("rules", points=1, depends_on=BOTH)
def test_rules(submission, rng):
    """Neither the library's layer norm nor autograd."""
    x, weight, bias, grad_y = draw_all(rng, 4, 6)

    def run(watched):
        watched.layer_norm_forward(x, weight, bias)
        watched.layer_norm_backward(grad_y, x, weight, *statistics(x))

    assert_rules(submission, run, help="Means, products and sums are all there is to it.")


def assert_passes(actual, x, weight, bias, grad_y):
    """All six results, by torch's own kernels in float32."""
    y, mean, rstd = torch.native_layer_norm(x, weight.shape, weight, bias, 1e-5)
    masks = [True, True, True]
    gradients = torch.ops.aten.native_layer_norm_backward(grad_y, x, weight.shape, mean, rstd, weight, bias, masks)
    assert_all(actual, [y, mean[:, 0], rstd[:, 0], *gradients], ["float32"] * 6, tol=1e-5)


FASTER = "Work on all rows at once, go over x and grad_y as few times as you can, and build no D x D matrices."


@check("speed", points=2, depends_on=BOTH)
def test_speed(submission, rng, clock):
    """Both passes over x float32 (4096, 768), in at most 1.5 times the reference's time (3 times: half the points)."""

    def make_inputs(scale=1):
        x, grad_y = (torch.from_numpy(rng.standard_normal((int(4096 * scale), 768), np.float32)) for _ in range(2))
        weight, bias = (torch.from_numpy(rng.standard_normal(768, np.float32)) for _ in range(2))
        return x, weight, bias, grad_y

    clock.assert_ratio("probe.both", make_inputs, verify=assert_passes, help=FASTER)


@check("correctness", points=1, depends_on=BOTH, device="cuda")
def test_cuda(submission, rng):
    """On a GPU, in float32 and bfloat16, contiguous or not: the same values, on the GPU."""
    cases = [("float32", (37, 100)), ("bfloat16", (37, 100)), ("bfloat16", (3, 5, 1000)), ("float32", (4, 1))]
    for name, shape in cases:
        x, weight, bias, grad_y = (tensor.to(getattr(torch, name)) for tensor in draw_all(rng, *shape))
        y, *gradients = oracle(x, weight, bias, grad_y)
        actual = unpack(submission.probe.both(x, weight, bias, grad_y), 6)
        assert_all(actual, [y, *statistics(x), *gradients], [name, "float32", "float32", name, name, name])
        on_gpu = all(str(getattr(value, "device", "")).startswith("cuda") for value in actual)
        assert_true(on_gpu, "a result does not live on the GPU", help="Results stay on the device of the inputs.")
    x, weight, bias, grad_y = (tensor.float() for tensor in draw_all(rng, 3, 4, 40))
    same = [tensor[:1, :1].expand(tensor.shape) for tensor in (x, grad_y)]
    expected = oracle(x, weight, bias, grad_y) + oracle(same[0], weight, bias, same[1])
    actual = submission.probe.layouts(x, weight, bias, grad_y)
    assert_all(actual, expected, ["float32"] * 8, "A kernel that walks memory needs the strides, or contiguous().")


@check("speed", points=2, depends_on="test_cuda", device="cuda")
def test_cuda_speed(submission, rng, clock):
    """Both passes over x bfloat16 (4096, 2048) on a GPU, in at most 1.5 times the reference's time there (3: half)."""
    rows, size = 4096, 2048
    pool = [torch.from_numpy(rng.standard_normal((2 * rows, size), np.float32)).bfloat16() for _ in range(2)]

    def make_inputs():
        starts = rng.integers(rows, size=2)
        x, grad_y = (tensor[start : start + rows] for tensor, start in zip(pool, starts, strict=True))
        weight, bias = (torch.from_numpy(rng.standard_normal(size, np.float32)) for _ in range(2))
        return x, weight, bias, grad_y, torch.from_numpy(rng.standard_normal((size, 8), np.float32)).bfloat16()

    def verify(actual, x, weight, bias, grad_y, directions):
        x, grad_y, directions = x.float(), grad_y.float(), directions.float()
        y, mean, rstd = torch.native_layer_norm(x, weight.shape, weight, bias, 1e-5)
        masks = [True, True, True]
        gradients = torch.ops.aten.native_layer_norm_backward(grad_y, x, weight.shape, mean, rstd, weight, bias, masks)
        expected = [y @ directions, gradients[0] @ directions, *gradients[1:]]
        assert_all(actual, expected, ["bfloat16", "bfloat16", "float32", "float32"], tol=1e-2)

    clock.assert_ratio("probe.projected", make_inputs, verify=verify, help=FASTER)
